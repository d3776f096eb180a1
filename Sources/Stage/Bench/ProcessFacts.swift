import Glibc

/// What the kernel's books (/proc) say of a process, all its threads together.
public struct ProcessFacts: Sendable {
    public var threads: Int
    public var openFiles: Int
    /// On a processor so far, nanoseconds.
    public var processorNanoseconds: Int64
    /// Times a thread gave the processor back because it waited for something: each ends with a wake-up.
    public var voluntarySwitches: Int64
    /// Times the scheduler took it away.
    public var involuntarySwitches: Int64
    public var memory: Memory

    /// Kibibytes.
    public struct Memory: Sendable {
        public var resident: Int
        /// Pages that n processes share count as an n-th.
        public var proportional: Int
        /// What nobody else has, and no file: what the process costs its board.
        public var privateDirty: Int
    }

    /// The process is gone, or another user's.
    public struct NoSuchProcess: Error, CustomStringConvertible {
        public var processID: pid_t
        public var description: String { "/proc/\(processID) cannot be read" }
    }

    public static func threads(of processID: pid_t) -> [pid_t] { names(in: "/proc/\(processID)/task").compactMap { pid_t($0) } }

    /// Reads the books; takes some 10 ms.
    public init(of processID: pid_t) throws(NoSuchProcess) {
        let tasks = Self.threads(of: processID).map { "/proc/\(processID)/task/\($0)" }
        guard !tasks.isEmpty, let rollup = readFile("/proc/\(processID)/smaps_rollup") else {
            throw NoSuchProcess(processID: processID)
        }
        threads = tasks.count
        openFiles = Self.names(in: "/proc/\(processID)/fd").count
        processorNanoseconds = tasks.reduce(0) { sum, task in
            sum + (readFile("\(task)/schedstat")?.split(separator: " ").first.flatMap { Int64($0) } ?? 0)
        }
        let status = tasks.compactMap { readFile("\($0)/status") }
        voluntarySwitches = status.reduce(0) { $0 + Int64(Self.number("voluntary_ctxt_switches:", in: $1)) }
        involuntarySwitches = status.reduce(0) { $0 + Int64(Self.number("nonvoluntary_ctxt_switches:", in: $1)) }
        memory = Memory(
            resident: Self.number("Rss:", in: rollup), proportional: Self.number("Pss:", in: rollup),
            privateDirty: Self.number("Private_Dirty:", in: rollup))
    }

    private static func number(_ name: String, in text: String) -> Int {
        text.split(separator: "\n").first { $0.hasPrefix(name) }
            .flatMap { $0.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first }
            .flatMap { Int($0) } ?? 0
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.first != "." { names.append(name) }
        }
        return names
    }
}
