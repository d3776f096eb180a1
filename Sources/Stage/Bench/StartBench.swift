/// How long the daemon takes to be ready, over several starts in a quiet room. No service is there: a start waits for none.
enum StartBench {
    static let method =
        """
        posix_spawn of the daemon to READY=1 on its notify socket, which it sends when its sound cards run; settings and \
        keys are read anew each time, the program's pages are in the page cache
        """

    static func millisecondsToReady(
        starts: Int, programs: String, progress: (String) -> Void
    ) async throws -> [Double] {
        let work = try WorkFolder()
        let room = try Room(at: "\(work.path)/air")
        let settings = HostedDaemon.Settings(
            programs: programs, folder: work.path,
            alsaConfiguration: room.configuration(pluginPath: "\(programs)/libasound_module_pcm_room.so"),
            deepgramURL: "ws://127.0.0.1:9", groqURL: "http://127.0.0.1:9", cartesiaURL: "ws://127.0.0.1:9")
        var figures: [Double] = []
        for start in 1...max(1, starts) where start <= starts {
            let daemon = try await HostedDaemon(settings)
            figures.append(daemon.millisecondsToReady)
            _ = await daemon.terminate()
            progress("Start \(start): ready after \(Int(daemon.millisecondsToReady)) ms")
        }
        return figures
    }
}
