import Appliance
import Audio
import Conversation
import Failures
import Foundation
import Testing

@Suite struct `The journal` {
    @Test func `every kind of entry and of failure has an id of its own and a catalog text that says what to do`() throws {
        let catalog = try String(contentsOf: repository.appending(path: "systemd/linnet.catalog"), encoding: .utf8)
        let events = JournalEvent.allCases.compactMap { event in event.messageID.map { (event.rawValue, $0) } }
        let all = events + Failure.Kind.allCases.map { ($0.rawValue, $0.messageID) }
        #expect(Set(all.map(\.1)).count == all.count)
        for (name, id) in all {
            #expect(id.count == 32 && id.allSatisfy(\.isHexDigit))
            let text = catalog.components(separatedBy: "-- \(id)\nSubject: ")
            #expect(text.count == 2, "\(name)")
            #expect((text.last ?? "").components(separatedBy: "\n-- ")[0].count > 60, "\(name) says too little")
        }
        #expect(catalog.components(separatedBy: "\n-- ").count - 1 == all.count, "the catalog knows an entry that nobody writes")
    }

    @Test func `the catalog mentions no field that its entries do not have`() throws {
        let catalog = try String(contentsOf: repository.appending(path: "systemd/linnet.catalog"), encoding: .utf8)
        let fields = Set(JournalEntry(Failure(.groq, .overloaded, "503", requestID: "r")).fields.map(\.name))
        for kind in Failure.Kind.allCases {
            let text = catalog.components(separatedBy: "-- \(kind.messageID)\n").last?.components(separatedBy: "\n-- ")[0] ?? ""
            let named = text.split(separator: "@").map(String.init).filter { $0.hasPrefix("LINNET_") }
            #expect(named.allSatisfy(fields.contains), "\(kind.rawValue): \(named)")
        }
    }

    @Test func `a failure's entry says who, how and what to do, and is found by the kind of failure`() {
        let entry = JournalEntry(Failure(.capture, .unplugged, "gone"))
        #expect(entry.event == .deviceFailed && entry.messageID == Failure.Kind.unplugged.messageID)
        #expect(entry.priority == .warning && entry.message.contains("Plug the device in again"))
        #expect(JournalEntry(Failure(.groq, .keyRefused, "401")).priority == .error)
    }

    @Test func `off systemd entries go to standard error, and to journald only where standard error does`() {
        #expect(Journal.chosen { _ in nil }.destination == .standardError)
        #expect(Journal.chosen { _ in "0:0" }.destination == .standardError)
    }
}
