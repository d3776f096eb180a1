import Glibc

/// Where `scripts/speech-engines.sh` has put the recognizer.
enum SpeechEngines {
    private static let folder = ".cache/speech"
    static let advice = "run scripts/speech-engines.sh"

    /// The unpacked wheel: `given`, else the nearest `.cache/speech` above the working folder, else above the program.
    static func locate(_ given: String?) throws(RehearsalError) -> String {
        if let given { return given }
        for start in [workingFolder, programFolder] {
            var place = Substring(start)
            while true {
                let candidate = "\(place)/\(folder)"
                if access("\(candidate)/moonshine_voice/libmoonshine.so", R_OK) == 0 { return candidate }
                guard let slash = place.lastIndex(of: "/") else { break }
                place = place[..<slash]
            }
        }
        throw RehearsalError("no speech recognizer in \(folder) here or above; \(advice)")
    }

    private static var workingFolder: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    private static var programFolder: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
