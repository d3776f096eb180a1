import Appliance
import Audio
import Conversation
import Foundation
import Testing

@Suite struct `The journal` {
    @Test func `every kind of entry has an id of its own and a catalog text that says what to do`() throws {
        let catalog = try String(contentsOf: repository.appending(path: "systemd/linnet.catalog"), encoding: .utf8)
        let ids = JournalEvent.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        for event in JournalEvent.allCases {
            #expect(event.messageID.count == 32 && event.messageID.allSatisfy(\.isHexDigit))
            let text = catalog.components(separatedBy: "-- \(event.messageID)\nSubject: ")
            #expect(text.count == 2, "\(event.rawValue)")
            #expect((text.last ?? "").components(separatedBy: "\n-- ")[0].count > 60, "\(event.rawValue) says too little")
        }
        #expect(catalog.components(separatedBy: "\n-- ").count - 1 == ids.count, "the catalog knows an entry that nobody writes")
    }

    @Test func `off systemd entries go to standard error, and to journald only where standard error does`() {
        #expect(Journal.chosen { _ in nil }.destination == .standardError)
        #expect(Journal.chosen { _ in "0:0" }.destination == .standardError)
    }
}
