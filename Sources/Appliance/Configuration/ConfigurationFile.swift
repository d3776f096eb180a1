extension Configuration {
    /// Where the shipped unit looks.
    public static let defaultPath = "/etc/linnet/linnet.toml"

    /// Reads a file.
    /// - Throws: ``ConfigurationRefused`` with everything that is wrong in it.
    public static func load(path: String) throws(ConfigurationRefused) -> Configuration {
        try CheckedSettings.read(path: path).accepted()
    }

    /// - Parameter file: the name used in error messages.
    public static func parse(text: String, file: String) throws(ConfigurationRefused) -> Configuration {
        try CheckedSettings.parse(Array(text.utf8), file: file).accepted()
    }
}

/// What a settings file says, and everything that is wrong with it: syntax, keys, values, contradictions and devices in one go.
public struct CheckedSettings: Sendable {
    public let file: String
    /// With the defaults wherever something is wrong.
    public private(set) var configuration = Configuration()
    /// In the order of their lines; with any of them the settings are refused.
    public private(set) var problems: [ConfigurationProblem] = []
    /// What is allowed and most likely not meant.
    public private(set) var warnings: [ConfigurationProblem] = []
    /// The file sets these keys itself.
    public private(set) var keysSet: Set<String> = []

    /// The largest settings file that is read.
    static let sizeBound = 1 << 20

    /// - Parameter devices: asks whether ALSA knows a name; nil when that is not to be checked.
    public static func read(path: String, devices: DeviceNameCheck? = nil) -> CheckedSettings {
        switch PlainFile.read(path, atMost: sizeBound) {
        case .success(let bytes):
            var settings = parse(bytes, file: path, devices: devices)
            settings.warnAboutMode()
            return settings
        case .failure(let reason):
            let hint = reason.isMissing ? "; linnet.toml as shipped is a good start, or name another with --config" : ""
            var settings = CheckedSettings(file: path)
            settings.problems = [ConfigurationProblem(file: path, reason.message + hint)]
            return settings
        }
    }

    /// - Parameter file: the name used in error messages.
    public static func parse(_ bytes: [UInt8], file: String, devices: DeviceNameCheck? = nil) -> CheckedSettings {
        let source = SettingsText(bytes, file: file)
        var reader = SettingsReader(file: file, text: source.text, isClean: source.problems.isEmpty)
        for found in Contradictions(reader.configuration, isSet: { reader.lines[$0] != nil }).all
        where found.keys.allSatisfy({ reader.isRight($0) }) {
            reader.wrong(found.keys[0], found.message)
        }
        var settings = CheckedSettings(file: file)
        settings.configuration = reader.configuration
        settings.keysSet = Set(reader.lines.keys)
        settings.warnings = SettingsWarnings(reader, text: source.text).all
        if let devices { settings.ask(devices, &reader) }
        settings.problems = (source.problems + reader.problems).enumerated()
            .sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }.map(\.element)
        return settings
    }

    private init(file: String) { self.file = file }

    /// - Throws: everything that is wrong.
    public func accepted() throws(ConfigurationRefused) -> Configuration {
        guard problems.isEmpty else { throw ConfigurationRefused(problems: problems) }
        return configuration
    }

    private mutating func ask(_ devices: DeviceNameCheck, _ reader: inout SettingsReader) {
        for (key, name, direction) in [
            ("audio.capture", configuration.audio.capture, DeviceNameCheck.Direction.capture),
            ("audio.playback", configuration.audio.playback, .playback),
        ] where reader.isRight(key) {
            switch devices.answer(name, direction) {
            case .known: break
            case .waitedFor(let words):
                warnings.append(ConfigurationProblem(file: file, line: reader.lines[key], key: key, words))
            case .unknown(let words): reader.wrong(key, words)
            }
        }
    }

    private mutating func warnAboutMode() {
        guard let mode = PlainFile.mode(file), mode & 0o002 != 0 else { return }
        warnings.append(
            ConfigurationProblem(file: file, "may be written by everybody (mode 0\(String(mode, radix: 8))): `chmod o-w \(file)`")
        )
    }
}
