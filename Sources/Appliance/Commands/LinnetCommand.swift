import ArgumentParser
import Glibc

/// The command line.
public struct LinnetCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "linnet",
        abstract: "A voice assistant that lives in a small box.",
        version: Version.text,
        subcommands: [
            RunCommand.self, StatusCommand.self, PressCommand.self, ReleaseCommand.self, MuteCommand.self, UnmuteCommand.self,
            StopCommand.self, AskCommand.self, SayCommand.self, DSPCommand.self, DemoCommand.self, BenchCommand.self,
        ])

    public init() {}
}

/// The value of an environment variable; nil when it is not set.
func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// Writes a line on standard error.
func complain(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
