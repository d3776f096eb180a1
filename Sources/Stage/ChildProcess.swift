import CPlatform
// Dispatch sources may be used from any thread; their Swift declaration does not say so.
@preconcurrency import Dispatch
import Glibc
import Synchronization

/// A program that a scene runs: started with an environment of its own, its output gathered line by line.
public final class ChildProcess: Sendable {
    public struct CannotStart: Error, CustomStringConvertible {
        public var program: String
        public var code: Int32
        public var description: String { "cannot start \(program): \(String(cString: strerror(code)))" }
    }

    public let processID: pid_t
    private let collected: Mutex<Collected>
    private let reader: any DispatchSourceRead

    private struct Collected {
        var lines: [String] = []
        var rest: [UInt8] = []
        var ended = false
        var isReaped = false
    }

    /// The most lines that are kept; a chattering child loses its oldest.
    public static let lineBound = 200_000

    /// - Parameter output: which of the child's streams is gathered: 1 or 2. The other one goes nowhere.
    public init(_ program: String, _ arguments: [String], environment: [String: String], gathering output: Int32 = 2) throws {
        var ends: [Int32] = [0, 0]
        guard ln_pipe(&ends) == 0 else { throw CannotStart(program: program, code: errno) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], output)
        // Whoever waits for the end of our own output must not wait for a child that outlives us.
        posix_spawn_file_actions_addopen(&actions, output == 1 ? 2 : 1, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let argv = CStringArray([program] + arguments)
        let envp = CStringArray(environment.map { "\($0.key)=\($0.value)" })
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, program, &actions, nil, argv.pointers, envp.pointers)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw CannotStart(program: program, code: code)
        }
        processID = pid
        collected = Mutex(Collected())
        let descriptor = ends[0]
        _ = ln_set_nonblocking(descriptor, 1)
        reader = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "child \(pid)"))
        reader.setEventHandler { [weak self] in self?.gather(descriptor) }
        reader.setCancelHandler { close(descriptor) }
        reader.activate()
    }

    /// Nobody is left to end it.
    deinit {
        if !collected.withLock({ $0.isReaped }) { kill(processID, SIGKILL) }
    }

    private func gather(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        collected.withLock { all in
            guard count > 0 else {
                if count == 0 || errno != EAGAIN {
                    all.ended = true
                    reader.cancel()
                }
                return
            }
            all.rest.append(contentsOf: buffer[..<count])
            while let end = all.rest.firstIndex(of: UInt8(ascii: "\n")) {
                all.lines.append(String(decoding: all.rest[..<end], as: UTF8.self))
                all.rest.removeSubrange(...end)
            }
            if all.lines.count > Self.lineBound { all.lines.removeFirst(all.lines.count - Self.lineBound) }
        }
    }

    /// Everything gathered so far, from line `first` on.
    public func lines(from first: Int = 0) -> [String] { collected.withLock { Array($0.lines.dropFirst(first)) } }

    public var hasEnded: Bool { collected.withLock { $0.ended } }

    public func signal(_ number: Int32) { kill(processID, number) }

    /// Waits for the end, and for the last of its output; kills what is still there at the deadline.
    /// - Returns: the exit status, 128 + signal for one that was killed.
    public func wait(deadlineMilliseconds: Int) async -> Int32 {
        let deadline = ContinuousClock.now + .milliseconds(deadlineMilliseconds)
        var status: Int32 = 0
        while waitpid(processID, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline {
                kill(processID, SIGKILL)
                waitpid(processID, &status, 0)
                break
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        collected.withLock { $0.isReaped = true }
        // What it wrote last may still be in the pipe.
        let drained = ContinuousClock.now + .seconds(1)
        while !hasEnded, ContinuousClock.now < drained { try? await Task.sleep(for: .milliseconds(2)) }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}

/// A NULL-terminated `char **` that lives as long as this.
private final class CStringArray {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (i, string) in strings.enumerated() { (pointers + i).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for i in 0..<count { free(pointers[i]) }
        pointers.deallocate()
    }
}
