import ArgumentParser
import Glibc
import Stage

/// `linnet bench …`: the daemon and its front end measured. Every bench prints figures of one shape.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the daemon in the room, and its front end by itself.",
        usage: "linnet bench <turn|barge-in|idle|dsp|hour> [options]",
        subcommands: [Turn.self, BargeIn.self, Idle.self, DSPBenchCommand.self, HourBenchCommand.self])

    struct Turn: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "turn",
            abstract: "Voice to voice, added latency, engine overhead, the twelve stamps and start to READY, over many turns.",
            usage: "linnet bench turn [--turns N] [--starts N] [--delays none|published] [--json [FILE]] [--picture FILE]")
        @Option(help: "How many turns: taps, answers to answers and holds. A hundred take about ten minutes.") var turns = 20
        @Option(help: "How many starts of the daemon before that.") var starts = 10
        @Option(help: "How long the providers take: none, or what they publish.") var delays = TurnBench.Delays.none
        @OptionGroup var output: BenchOutput

        func validate() throws {
            try BenchOutput.require(1...1000, turns, "--turns")
            try BenchOutput.require(0...100, starts, "--starts")
        }

        func run() async throws {
            var settings = TurnBench.Settings()
            settings.turns = turns
            settings.starts = starts
            settings.delays = delays
            try output.show(await TurnBench.run(settings, programs: WorkFolder.programs, progress: BenchOutput.progress))
        }
    }

    struct BargeIn: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "barge-in",
            abstract: "From the person's first sample to the answer's last, on the recorded converter; misses and false alarms.",
            usage: "linnet bench barge-in [--interruptions N] [--undisturbed N] [--noises N] [--json [FILE]] [--picture FILE]")
        @Option(help: "How many interruptions; each takes about six seconds.") var interruptions = 30
        @Option(help: "How many answers nobody speaks over.") var undisturbed = 3
        @Option(help: "How many answers somebody coughs or knocks over.") var noises = 6
        @OptionGroup var output: BenchOutput

        func validate() throws {
            try BenchOutput.require(1...1000, interruptions, "--interruptions")
            try BenchOutput.require(1...100, undisturbed, "--undisturbed")
            try BenchOutput.require(0...100, noises, "--noises")
        }

        func run() async throws {
            var settings = BargeInBench.Settings()
            settings.interruptions = interruptions
            settings.undisturbed = undisturbed
            settings.noises = noises
            try output.show(await BargeInBench.run(settings, programs: WorkFolder.programs, progress: BenchOutput.progress))
        }
    }

    struct Idle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "idle",
            abstract: "CPU, instructions, memory, wake-ups and files of the daemon that listens to a quiet room.",
            usage: "linnet bench idle [--seconds N] [--turns N] [--json [FILE]] [--picture FILE]")
        @Option(help: "How long it listens.") var seconds = 30
        @Option(help: "Turns before the second look at its memory.") var turns = 10
        @OptionGroup var output: BenchOutput

        func validate() throws {
            try BenchOutput.require(1...86_400, seconds, "--seconds")
            try BenchOutput.require(0...1000, turns, "--turns")
        }

        func run() async throws {
            var settings = IdleBench.Settings()
            settings.seconds = seconds
            settings.turns = turns
            try output.show(await IdleBench.run(settings, programs: WorkFolder.programs, progress: BenchOutput.progress))
        }
    }
}

extension TurnBench.Delays: ExpressibleByArgument {}
