import Glibc
import Stage
import Testing

@Suite struct `The kernel's books` {
    @Test func `know this process's threads, files, memory and work`() throws {
        let before = try ProcessFacts(of: getpid())
        let file = open("/dev/null", O_RDONLY)
        defer { close(file) }
        var work = 0.0
        for i in 0..<3_000_000 { work += Double(i).squareRoot() }
        let after = try ProcessFacts(of: getpid())
        #expect(work > 0)
        #expect(after.threads >= 1)
        #expect(after.memory.resident > 1000 && after.memory.privateDirty > 100)
        #expect(after.memory.proportional <= after.memory.resident)
        #expect(after.processorNanoseconds > before.processorNanoseconds)
        #expect(after.openFiles >= 4)
    }

    @Test func `do not know a process that is gone`() {
        #expect(throws: ProcessFacts.NoSuchProcess.self) { try ProcessFacts(of: 0x3FFF_FFFF) }
    }

    @Test func `count a thread's work, or say why they cannot`() throws {
        do throws(InstructionCount.Unavailable) {
            let counters = try Counters(of: getpid(), instructions: false)
            let before = counters.sum
            var work = 0.0
            for i in 0..<3_000_000 { work += Double(i).squareRoot() }
            #expect(work > 0)
            #expect(counters.sum > before)
        } catch { #expect(!error.description.isEmpty) }
    }
}
