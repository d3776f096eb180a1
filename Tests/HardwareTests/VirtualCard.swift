import CPlatform

/// Lets alsa-lib find the room's card.
enum VirtualCard {
    struct Missing: Error { var what: String }

    /// Writes an ALSA configuration with these PCMs and names it to alsa-lib, which reads another file anew.
    static func configure(_ pcms: String, in folder: String, named name: String = "asound.conf") throws {
        let path = "\(folder)/\(name)"
        let text = "pcm_type.room { lib \"\(try pluginPath())\" }\n\(pcms)\n"
        let file = ln_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw Missing(what: path) }
        defer { close(file) }
        guard write(file, text, text.utf8.count) == text.utf8.count else { throw Missing(what: path) }
        setenv("ALSA_CONFIG_PATH", path, 1)
    }

    /// The plugin beside the running tests.
    static func pluginPath() throws -> String {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &bytes, 4096)
        var directory = String(decoding: bytes.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        while let slash = directory.lastIndex(of: "/"), slash != directory.startIndex {
            directory = String(directory[..<slash])
            let candidate = directory + "/libasound_module_pcm_room.so"
            if access(candidate, R_OK) == 0 { return candidate }
        }
        throw Missing(what: "libasound_module_pcm_room.so: build the product asound_module_pcm_room")
    }
}
