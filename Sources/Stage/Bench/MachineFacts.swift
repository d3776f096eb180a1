import Glibc

/// The machine that a figure comes from: a number without it says little.
public struct MachineFacts: Sendable, Encodable {
    public var processor: String
    public var processors: Int
    public var architecture: String
    public var kernel: String
    public var system: String
    public var memoryMebibytes: Int
    /// Runnable tasks over the last minute before the bench; above the count of processors, others were working too.
    public var loadAverage: Double
    public var linnet: String

    enum CodingKeys: String, CodingKey {
        case processor, processors, architecture, kernel, system, linnet
        case memoryMebibytes = "memory_mib"
        case loadAverage = "load_average_1min"
    }

    public init(
        processor: String, processors: Int, architecture: String, kernel: String, system: String, memoryMebibytes: Int,
        loadAverage: Double, linnet: String
    ) {
        self.processor = processor
        self.processors = processors
        self.architecture = architecture
        self.kernel = kernel
        self.system = system
        self.memoryMebibytes = memoryMebibytes
        self.loadAverage = loadAverage
        self.linnet = linnet
    }

    /// Looks around. `programs` is the folder with `linnet` in it.
    public static func here(programs: String) async -> MachineFacts {
        var name = utsname()
        uname(&name)
        return MachineFacts(
            processor: value(of: "model name", in: "/proc/cpuinfo") ?? value(of: "Model", in: "/proc/cpuinfo") ?? "unknown",
            processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)), architecture: text(name.machine), kernel: text(name.release),
            system: value(of: "PRETTY_NAME", in: "/etc/os-release") ?? "unknown",
            memoryMebibytes: sysconf(Int32(_SC_PHYS_PAGES)) / 1024 * sysconf(Int32(_SC_PAGESIZE)) / 1024,
            loadAverage: readFile("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0,
            linnet: await version(programs))
    }

    public var text: [String] {
        [
            "linnet \(linnet) on \(processor), \(processors) processors (\(architecture)), \(memoryMebibytes) MiB, \(system), "
                + "Linux \(kernel); load average before the bench \(loadAverage)"
        ]
    }

    private static func version(_ programs: String) async -> String {
        guard let program = try? ChildProcess("\(programs)/linnet", ["--version"], environment: [:], gathering: 1) else {
            return "unknown"
        }
        _ = await program.wait(deadlineMilliseconds: 5000)
        return program.lines().first ?? "unknown"
    }

    /// The value behind `name:` or `name=` at the beginning of a line.
    private static func value(of name: String, in path: String) -> String? {
        readFile(path)?.split(separator: "\n").first { $0.hasPrefix(name) }.map { line in
            let rest = line.dropFirst(name.count).drop { " \t:=\"".contains($0) }
            return String(rest.last == "\"" ? rest.dropLast() : rest)
        }
    }

    private static func text<T>(_ field: T) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// The whole of a file as text; nil when it cannot be read. Made for /proc, whose files have no size.
func readFile(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(file, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
    }
}
