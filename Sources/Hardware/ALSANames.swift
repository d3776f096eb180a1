import CALSA
import Glibc

/// Asks alsa-lib's configuration what a PCM name means, without opening a device.
public enum ALSANames {
    public enum Direction: Sendable { case capture, playback }

    public enum Answer: Sendable, Equatable {
        /// It is defined, and a card that it names is there.
        case known
        /// It is defined; the card that it names is not there now.
        case cardAbsent(card: String, present: [String])
        /// Nothing of this name is defined, or it does not take these arguments; and the names that there are.
        case undefined(reason: String, names: [String])
        /// alsa-lib finds no configuration at all.
        case noConfiguration(reason: String)
    }

    /// Never waits for a device. Not for an audio thread: it reads files.
    public static func answer(for name: String, _ direction: Direction) -> Answer {
        ln_alsa_keep_quiet()
        var top: OpaquePointer?
        let status = snd_config_update_ref(&top)
        guard status >= 0, let top else { return .noConfiguration(reason: String(cString: snd_strerror(status))) }
        defer { snd_config_unref(top) }
        // A definition written out in place of a name.
        if name.first == "{" { return .known }
        let base = String(name.prefix { $0 != ":" })
        guard isDefined(base, in: top) else {
            return .undefined(reason: "ALSA's configuration defines no \"\(base)\"", names: names(direction, in: top))
        }
        if let card = card(of: name), snd_card_get_index(card) < 0 { return .cardAbsent(card: card, present: cards) }
        return argumentsAreRight(name, in: top)
            ? .known : .undefined(reason: "\"\(base)\" does not take these arguments", names: names(direction, in: top))
    }

    // MARK: Definitions

    /// `pcm.NAME`, or NAME itself where it stands for a definition elsewhere.
    private static func isDefined(_ base: String, in top: OpaquePointer) -> Bool {
        var found: OpaquePointer?
        if snd_config_search(top, "pcm.\(base)", &found) >= 0 || snd_config_search(top, base, &found) >= 0 { return true }
        guard snd_config_search_definition(top, "pcm", base, &found) >= 0, let found else { return false }
        snd_config_delete(found)
        return true
    }

    /// Whether the arguments fit; a definition that asks for a card which is not there counts as right.
    private static func argumentsAreRight(_ name: String, in top: OpaquePointer) -> Bool {
        guard name.contains(":") else { return true }
        var found: OpaquePointer?
        let status = snd_config_search_definition(top, "pcm", name, &found)
        if let found { snd_config_delete(found) }
        return status != -EINVAL
    }

    /// `hw:CARD=Array,DEV=0`, `plughw:1`, `hw:Array,0` → the card; nil when the name has none.
    private static func card(of name: String) -> String? {
        let taking = ["hw", "plughw", "sysdefault", "dsnoop", "dmix", "front", "iec958", "hdmi", "dshare", "usbstream"]
        guard let colon = name.firstIndex(of: ":"), taking.contains(String(name[..<colon])) else { return nil }
        let arguments = name[name.index(after: colon)...].split(separator: ",").map {
            $0.filter { $0 != " " && $0 != "'" && $0 != "\"" }
        }
        if let named = arguments.first(where: { $0.hasPrefix("CARD=") }) { return String(named.dropFirst(5)) }
        guard let first = arguments.first, !first.contains("=") else { return nil }
        return String(first)
    }

    // MARK: What there is

    /// Ids of the cards that are there.
    public static var cards: [String] {
        var index: Int32 = -1
        var ids: [String] = []
        while snd_card_next(&index) == 0, index >= 0, ids.count < 32 {
            var control: OpaquePointer?
            guard snd_ctl_open(&control, "hw:\(index)", Int32(SND_CTL_NONBLOCK)) == 0, let control else { continue }
            defer { snd_ctl_close(control) }
            var info: OpaquePointer?
            guard snd_ctl_card_info_malloc(&info) == 0, let info else { continue }
            defer { snd_ctl_card_info_free(info) }
            if snd_ctl_card_info(control, info) == 0 { ids.append(String(cString: snd_ctl_card_info_get_id(info))) }
        }
        return ids
    }

    /// Names that can be opened: of devices that are there, then of all that the configuration defines.
    private static func names(_ direction: Direction, in top: OpaquePointer) -> [String] {
        let hinted = hints(direction)
        return hinted + definitions(in: top).filter { !hinted.contains($0) }
    }

    private static func hints(_ direction: Direction) -> [String] {
        var list: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        guard snd_device_name_hint(-1, "pcm", &list) == 0, let list else { return [] }
        defer { snd_device_name_free_hint(list) }
        var names: [String] = []
        var next = list
        while let hint = next.pointee, names.count < 200 {
            next += 1
            let other = direction == .capture ? "Output" : "Input"
            if text(hint, "IOID") != other, let name = text(hint, "NAME") { names.append(name) }
        }
        return names
    }

    private static func text(_ hint: UnsafeMutableRawPointer, _ id: String) -> String? {
        guard let value = snd_device_name_get_hint(hint, id) else { return nil }
        defer { free(value) }
        return String(cString: value)
    }

    private static func definitions(in top: OpaquePointer) -> [String] {
        var table: OpaquePointer?
        guard snd_config_search(top, "pcm", &table) >= 0, let table else { return [] }
        var names: [String] = []
        var entry = snd_config_iterator_first(table)
        let end = snd_config_iterator_end(table)
        while let here = entry, here != end, names.count < 200 {
            entry = snd_config_iterator_next(here)
            var id: UnsafePointer<CChar>?
            if let node = snd_config_iterator_entry(here), snd_config_get_id(node, &id) == 0, let id {
                names.append(String(cString: id))
            }
        }
        return names
    }
}
