import ArgumentParser

/// The root of `linnet-rehearse`; each subcommand has a file of its own.
struct RehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "linnet-rehearse",
        abstract: "Stands in for the cloud services on the loopback: for the demo, the benches and the tests.",
        subcommands: [
            ServeCommand.self, DemoCommand.self, BenchCommand.self, PictureCommand.self, SoundsCommand.self, StagesCommand.self,
            ListenerCommand.self,
        ])
}
