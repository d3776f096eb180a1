import ArgumentParser

/// The command line.
public struct LinnetCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "linnet",
        abstract: "A voice assistant that lives in a small box.",
        version: Version.text,
        subcommands: [
            RunCommand.self, StatusCommand.self, PressCommand.self, ReleaseCommand.self, MuteCommand.self, UnmuteCommand.self,
            StopCommand.self, ReloadCommand.self, AskCommand.self, SayCommand.self, DSPCommand.self, DemoCommand.self,
            BenchCommand.self,
        ])

    public init() {}
}
