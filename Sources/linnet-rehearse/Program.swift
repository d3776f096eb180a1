import ArgumentParser
import Dispatch
import Glibc

/// Begins without concurrency, so that what callgrind counts is one plain thread: valgrind cannot follow a main thread that
/// Dispatch ends.
@main
enum Program {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if let name = StagesCommand.configuration.commandName, arguments.first == name {
            return StagesCommand.main(Array(arguments.dropFirst()))
        }
        Task { @MainActor in
            await RehearseCommand.main()
            exit(EXIT_SUCCESS)
        }
        dispatchMain()
    }
}
