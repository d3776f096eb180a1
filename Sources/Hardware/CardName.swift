import CALSA
import CPlatform

/// The ALSA name by which a device is found again. Cards are numbered as they come, so a USB card that was `hw:1` may be 2
/// after it was pulled; its id stays. A name that says a number is kept by the id of the card that had it when it was opened.
package struct CardName: Sendable, Equatable {
    /// What to open.
    private(set) var name: String

    init(_ name: String) { self.name = name }

    /// The device of this name is open: from now on its card goes by its id.
    mutating func remember() {
        guard let number = Self.number(in: name), let id = Self.id(ofCard: name[number]) else { return }
        name.replaceSubrange(number, with: id)
    }

    /// Where a card's number stands: `hw:1`, `plughw:1,0`, `dsnoop:CARD=1,DEV=0`, `plug:hw:1`.
    package static func number(in name: String) -> Range<String.Index>? {
        guard let colon = name.lastIndex(of: ":") else { return nil }
        var start = name.index(after: colon)
        if let key = name[start...].firstRange(of: "CARD=") {
            start = key.upperBound
        } else if name[start...].contains("=") {
            return nil
        }
        let end = name[start...].firstIndex { !$0.isASCII || !$0.isNumber } ?? name.endIndex
        let isWhole = end == name.endIndex || name[end] == "," || name[end] == "'" || name[end] == "\""
        return start < end && isWhole ? start..<end : nil
    }

    /// What alsa-lib's control of the card says.
    private static func id(ofCard number: Substring) -> String? {
        ln_alsa_keep_quiet()
        var opened: OpaquePointer?
        guard snd_ctl_open(&opened, "hw:\(number)", Int32(SND_CTL_NONBLOCK)) == 0, let control = opened else { return nil }
        defer { snd_ctl_close(control) }
        var allocated: OpaquePointer?
        guard snd_ctl_card_info_malloc(&allocated) == 0, let info = allocated else { return nil }
        defer { snd_ctl_card_info_free(info) }
        guard snd_ctl_card_info(control, info) == 0, let id = snd_ctl_card_info_get_id(info) else { return nil }
        let words = String(cString: id)
        return words.isEmpty ? nil : words
    }
}
