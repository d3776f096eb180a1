import ArgumentParser
import Dispatch
import Glibc
import Rehearsal

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves Deepgram, Groq, Gemini, Tavily and Cartesia on ports of 127.0.0.1 until SIGTERM or SIGINT.",
        discussion: """
            Prints the addresses as one line of JSON. The keys that it accepts:
            rehearsal-deepgram-key, rehearsal-groq-key, rehearsal-gemini-key,
            tvly-rehearsal-key, rehearsal-cartesia-key. Speech is recognized by
            Moonshine and spoken by flite; the models are a page of facts.

            What goes wrong (--fault):
            \(Fault.grammar)
            """)

    @Option(help: "Writes the addresses to this file too.") var addressFile: String?
    @Option(help: "Writes what happens to this file, a line of JSON each.") var log: String?
    @OptionGroup var services: ServiceOptions

    func run() async throws {
        var options = try services.options()
        options.logPath = log
        let server = try await RehearsalServer.start(options)
        try announce(server.addresses)
        await Self.ending()
        await server.stop()
    }

    private func announce(_ addresses: RehearsalServer.Addresses) throws {
        print(addresses.json)
        fflush(nil)
        guard let addressFile else { return }
        // Whoever waits for the file must never read half of it.
        let draft = addressFile + ".new"
        guard let file = fopen(draft, "we"), fputs(addresses.json + "\n", file) >= 0, fclose(file) == 0,
            rename(draft, addressFile) == 0
        else { throw RehearsalError("cannot write \(addressFile): \(String(cString: strerror(errno)))") }
    }

    /// Returns at the first SIGTERM or SIGINT.
    private static func ending() async {
        let queue = DispatchQueue(label: "linnet-rehearse.signals")
        let (signals, continuation) = AsyncStream<Void>.makeStream()
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        for await _ in signals { break }
        for source in sources { source.cancel() }
    }
}
