import Appliance
import Foundation
import Testing

@Suite struct `Settings` {
    @Test func `nothing said means the defaults`() throws {
        #expect(try Configuration.parse(text: "", file: "linnet.toml") == Configuration())
    }

    @Test func `the shipped file lists every key, each with its default`() throws {
        let path = repository.appending(path: "systemd/linnet.toml")
        let text = try String(contentsOf: path, encoding: .utf8)
        let settings = CheckedSettings.parse(Array(text.utf8), file: "linnet.toml")
        #expect(settings.problems == [] && settings.warnings == [])
        #expect(settings.configuration == Configuration())
        #expect(settings.keysSet == Set(Configuration.allKeys))
        for setting in Configuration.settings {
            let name = setting.key.split(separator: ".").last ?? ""
            #expect(text.contains("\n\(name) = \(setting.text(of: Configuration()))\n"), "\(setting.key)")
        }
    }

    @Test func `a value is what was written, and is written back the same`() throws {
        let text = """
            cloud.deepgram = { keyterms = ["Linnet", 'Aunt "A"'] }
            [audio]
            microphones = [0, # the left one
              2]
            capture = 'plughw:CARD=Array' # no quotes left open
            [conversation]
            instructions = \"\"\"
            Be # brief.
            capture = [\"\"\"
            """
        let read = try Configuration.parse(text: text, file: "f")
        #expect(read.audio.microphones == [0, 2])
        #expect(read.audio.capture == "plughw:CARD=Array")
        #expect(read.conversation.instructions == "Be # brief.\ncapture = [")
        #expect(read.cloud.deepgram.keyterms == ["Linnet", "Aunt \"A\""])
        let written = Configuration.settings.map { "\($0.key) = \($0.text(of: read))" }.joined(separator: "\n")
        #expect(try Configuration.parse(text: written, file: "f") == read)
    }

    @Test func `everything that is wrong is said at once, syntax and sense alike`() {
        let wrong = errors(
            """
            [audio]
            captur = "hw:1"
            capture_channels = 9
            geometry = "circlar4"
            playback = hw:1

            [board]
            driver = "gpio"

            [cloud.deepgram]
            url = "ws://api.deepgram.com"

            [cloud.groq]
            api_key = "gsk_1234"
            """)
        #expect(
            wrong == [
                "box.toml:2: audio.captur: there is no such key; did you mean audio.capture?",
                "box.toml:3: audio.capture_channels: 9 is outside 0 to 8",
                "box.toml:4: audio.geometry: \"circlar4\" is not \"unknown\", \"single\", \"linear4\", \"circular4\", "
                    + "\"linear:COUNT:SPACINGmm\" (2 to 8 microphones) or \"circular:COUNT:RADIUSmm\" (3 to 8), 5 to 200 mm; "
                    + "did you mean \"circular4\"?",
                "box.toml:5: audio.playback: a text stands in quotes: \"hw:1\", in: playback = hw:1",
                "box.toml:8: board.driver: \"gpio\" is not one of \"gpiod\", \"simulated\", \"none\"; "
                    + "did you mean \"gpiod\"?",
                "box.toml:11: cloud.deepgram.url: ws:// is not encrypted, and is accepted for loopback addresses "
                    + "alone: wants \"wss://api.deepgram.com\"",
                "box.toml:14: cloud.groq.api_key: a secret does not belong in this file: take it out and store it as the credential "
                    + "groq-api-key (/etc/linnet/credentials/groq-api-key; off systemd GROQ_API_KEY)",
            ])
    }

    /// A text, and for each error the beginning of its line and a part of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        var errors: [(begins: String, holds: String)]
        init(_ text: String, _ errors: (String, String)...) {
            self.text = text
            self.errors = errors.map { (begins: $0.0, holds: $0.1) }
        }
        var testDescription: String { text }
    }

    static let syntax = [
        Mistake(
            "[audio]\ncapture = \"hw:1\nplayback = 5\n", ("2: audio.capture:", "not closed"),
            ("3: audio.playback:", "not the number 5")),
        Mistake(
            "[audio]\nmicrophones = [0, 1\ncapture_channels = 9\n", ("2: audio.microphones:", "] is missing"),
            ("3: audio.capture_channels:", "9 is outside")),
        Mistake("[audio\ncapture = 7\n", ("1:", "[audio]"), ("2: audio.capture:", "wants a text in quotes")),
        Mistake("[audio] capture = \"x\"\n", ("1:", "on a line of its own")),
        Mistake("[[audio]]\n", ("1: audio:", "one pair of brackets")),
        Mistake("[conversation]\nfollow_up_s: 5\n", ("2:", "not a colon")),
        Mistake("[conversation]\nfollow_up_s =\n", ("2: conversation.follow_up_s:", "no value")),
        Mistake("[conversation]\nfollow_up_s = 5 s\n", ("2: conversation.follow_up_s:", "the number alone, without s")),
        Mistake("[conversation]\nfollow_up_s = 007\n", ("2: conversation.follow_up_s:", "no zeros before it")),
        Mistake(
            "[conversation]\nspeculate = True\nbarge_in = yes\n", ("2: conversation.speculate:", "true, in small letters"),
            ("3: conversation.barge_in:", "true, in small")),
        Mistake("[conversation]\ninstructions = “Be brief”\n", ("2: conversation.instructions:", "straight quotes")),
        Mistake(
            "[conversation]\ninstructions = Don't shout\nfollow_up_s = 99\n",
            ("2: conversation.instructions:", "stands in quotes"), ("3:", "99 is outside 0 to 30 s")),
        Mistake("// mine\n; other\n", ("1:", "begins with #"), ("2:", "begins with #")),
        Mistake("{ \"audio\": 1 }\n", ("1:", "JSON")),
        Mistake("[cloud]\nca_file = \"C:\\path\"\n", ("2: cloud.ca_file:", "backslash")),
        Mistake("follow up s = 5\n", ("1:", "one word; did you mean follow_up_s?")),
        Mistake("[audio]\ncapture = \"a\" \"b\"\n", ("2: audio.capture:", "one value")),
        Mistake("[conversation]\nlanguage = null\n", ("2: conversation.language:", "delete the line")),
        Mistake("[audio]\ncapture = \"a\"\ncapture = \"b\"\n", ("3: audio.capture:", "set in line 2 already")),
        Mistake(
            "[audio]\ncapture = \"a\"\n[board]\n[audio]\nplayback = 1\n", ("4: audio:", "stands in line 1 already"),
            ("5: audio.playback:", "not the number 1")),
        Mistake("[audio]\n\u{0}capture = \"a\u{7}\"\n", ("2:1:", "NUL byte at byte 8"), ("2:14:", "control character (0x7)")),
        Mistake("[audio]\r\nplayback = 5\r\n", ("2: audio.playback:", "not the number 5")),
        Mistake("\u{FEFF}[audio]\nplayback = 5\n", ("2: audio.playback:", "not the number 5")),
        Mistake("[audio]\rplayback = 5\n", ("1:8:", "carriage return"), ("2: audio.playback:", "not the number 5")),
    ]

    static let values = [
        Mistake("[conversation]\nspeculate = \"true\"\n", ("2: conversation.speculate:", "wants true without quotes")),
        Mistake("[conversation]\nspeculate = 1\n", ("2: conversation.speculate:", "wants true or false, not the number 1")),
        Mistake("[conversation]\nfollow_up_s = 5.5\n", ("2:", "wants a whole number, 0 to 30 s, not the number 5.5")),
        Mistake("[conversation]\nfollow_up_s = \"5\"\n", ("2:", "without quotes: 5")),
        Mistake("[conversation]\nfollow_up_s = -1\n", ("2:", "-1 is outside 0 to 30 s")),
        Mistake("[conversation]\nfollow_up_s = 1979-05-27\n", ("2:", "not a date or time")),
        Mistake("[conversation]\nfollow_up_s = [5]\n", ("2:", "not a list")),
        Mistake("[conversation]\nfollow_up_s = { a = 1 }\n", ("2: conversation.follow_up_s:", "wants a value and not a table")),
        Mistake("[conversation.follow_up_s]\n", ("1: conversation.follow_up_s:", "is a key and not a table")),
        Mistake("audio = \"default\"\n", ("1: audio:", "is a table and not a key: write [audio]")),
        Mistake("[audio]\ncapture_rate_hz = 22050\n", ("2:", "one of 0, 16000, 44100, 48000 Hz, not the number 22050")),
        Mistake("[audio]\nmicrophones = [\"0\"]\n", ("2:", "entry 1 wants to be a whole number without quotes")),
        Mistake("[audio]\nmicrophones = [0, 0]\n", ("2:", "0 stands there twice")),
        Mistake("[audio]\nmicrophones = [8]\n", ("2:", "entry 1, 8, is outside 0 to 7")),
        Mistake("[audio]\ncapture = \"\"\nplayback = \"/dev/snd/x\"\n", ("2:", "not an empty text"), ("3:", "not a path")),
        Mistake(
            "[cloud.groq]\nmodel = \"\"\n[cloud.cartesia]\nvoice = \"a b\"\n", ("2:", "the id of a model"),
            ("4:", "without spaces")),
        Mistake("[conversation]\nlanguage = \"english\"\n", ("2:", "BCP 47")),
        Mistake("[conversation]\nlanguage = \"en_US.UTF-8\"\n", ("2:", "\"en-US\"")),
        Mistake("[cloud.deepgram]\nkeyterms = [\"Linnet\", \" \"]\n", ("2:", "entry 2 is empty")),
        Mistake("[cloud]\nca_file = \"/nowhere/ca.pem\"\n", ("2: cloud.ca_file:", "there is no such file")),
        Mistake("[cloud]\nca_file = \"/dev\"\n", ("2: cloud.ca_file:", "is a directory")),
        Mistake("[cloud]\nca_file = \"/dev/zero\"\n", ("2: cloud.ca_file:", "is a device")),
        Mistake("[cloud]\nca_file = \"/etc/hostname\"\n", ("2: cloud.ca_file:", "holds no certificate")),
    ]

    static let names = [
        Mistake("[audio]\nfollow_up_s = 5\n", ("2: audio.follow_up_s:", "follow_up_s belongs in [conversation]")),
        Mistake("[conversation]\nfollow-up-s = 5\n", ("2:", "did you mean conversation.follow_up_s?")),
        Mistake("[conversation]\nfollowUpS = 5\n", ("2:", "did you mean conversation.follow_up_s?")),
        Mistake("[conversation]\nfollow_up = 5\n", ("2:", "did you mean conversation.follow_up_s?")),
        Mistake(
            "[converstion]\nfollow_up_s = 99\n", ("1: converstion:", "did you mean [conversation]?"),
            ("2: conversation.follow_up_s:", "99 is outside")),
        Mistake(
            "[deepgram]\nmodel = \"\"\n", ("1: deepgram:", "did you mean [cloud.deepgram]?"),
            ("2: cloud.deepgram.model:", "empty")),
        Mistake("[zigzag]\nwonder = 1\n", ("1: zigzag:", "there are [audio], [audio.front_end], [board]")),
        Mistake("[cloud]\nurl = \"https://x\"\n", ("2: cloud.url:", "belongs in [cloud.deepgram] or [cloud.groq]")),
        Mistake("[conversation]\nxyzzy = 1\n", ("2: conversation.xyzzy:", "[conversation] has instructions")),
    ]

    static let contradictions = [
        Mistake(
            "[conversation]\nshortest_end_ms = 900\nlongest_end_ms = 400\n",
            ("3: conversation.longest_end_ms:", "400 is below conversation.shortest_end_ms, 900")),
        Mistake(
            "[conversation]\nfirst_pause_ms = 400\n",
            ("2: conversation.first_pause_ms:", "above conversation.shortest_end_ms (by default), 350")),
        Mistake("[conversation]\nduck_after_ms = 200\n", ("2: conversation.duck_after_ms:", "pause_after_ms (by default), 100")),
        Mistake("[audio]\ncapture_channels = 4\nmicrophones = [1, 5]\n", ("3: audio.microphones:", "has the channels 0 to 3")),
        Mistake(
            "[audio]\ngeometry = \"linear4\"\nmicrophones = [0, 1]\n",
            ("2: audio.geometry:", "4 microphones, but audio.microphones gives 2")),
        Mistake(
            "[audio]\ngeometry = \"circular:6:46mm\"\ncapture_channels = 4\n",
            ("2: audio.geometry:", "6 microphones, but audio.capture_channels gives 4")),
        Mistake(
            "[board.leds]\nlistening = 5\nthinking = 5\n",
            ("3: board.leds.thinking:", "line 5 is used by board.leds.listening already")),
        Mistake("[board.leds]\nring = [5, 6, 17]\n", ("2: board.leds.ring:", "board.button.line (by default)")),
        Mistake("[board.leds]\nring = [5, 6, 5]\n", ("2: board.leds.ring", "5 stands there twice")),
        Mistake("[board.leds]\nerror = 17\n", ("2: board.leds.error:", "board.button.line (by default)")),
    ]

    static let addresses = [
        Mistake("[cloud.groq]\nurl = \"http://api.groq.com\"\n", ("2:", "wants \"https://api.groq.com\"")),
        Mistake(
            "[cloud.groq]\nurl = \"https://api.groq.com/openai/v1\"\n",
            ("2:", "client adds the path: wants \"https://api.groq.com\"")),
        Mistake("[cloud.groq]\nurl = \"https://api.groq.com?x=1\"\n", ("2:", "more than scheme, host and port")),
        Mistake("[cloud.groq]\nurl = \"https://me:word@api.groq.com\"\n", ("2:", "before the @: wants \"https://api.groq.com\"")),
        Mistake(
            "[cloud.groq]\nurl = \"wss://api.groq.com\"\n",
            ("2:", "not what this provider speaks: wants \"https://api.groq.com\"")),
        Mistake("[cloud.deepgram]\nurl = \"api.deepgram.com\"\n", ("2:", "scheme too: wants \"wss://api.deepgram.com\"")),
        Mistake("[cloud.deepgram]\nurl = \"ws://127.0.0.1:\"\n", ("2:", "port must be 1 to 65535")),
        Mistake("[cloud.deepgram]\nurl = \"ws://::1:9000\"\n", ("2:", "brackets")),
        Mistake("[cloud.deepgram]\nurl = \"ws://192.168.1.2:9000\"\n", ("2:", "wants \"wss://192.168.1.2:9000\"")),
        Mistake("[cloud.deepgram]\nurl = \"\"\n[cloud.tavily]\nurl = 5\n", ("2:", "not an empty text"), ("4:", "in quotes")),
    ]

    static let secrets = [
        Mistake("DEEPGRAM_API_KEY=abcdef\n", ("1:", "credential deepgram-api-key")),
        Mistake("[cloud.cartesia]\ntoken = \"abc\"\n", ("2:", "credential cartesia-api-key")),
        Mistake("[memory]\npassword = \"abc\"\n", ("1: memory:", "no such table"), ("2:", "store it as a credential")),
        Mistake("[cloud.groq]\nmodel = \"gsk_abcdefgh12345678\"\n", ("2: cloud.groq.model:", "credential groq-api-key")),
        Mistake(
            "[cloud.deepgram]\nkeyterms = [\"0123456789abcdef0123456789abcdef01234567\"]\n", ("2:", "credential deepgram-api-key")
        ),
    ]

    @Test(arguments: syntax + values + names + contradictions + addresses + secrets)
    func `each mistake has one error with its line, what was found and what would be right`(_ mistake: Mistake) {
        let found = errors(mistake.text)
        #expect(found.count == mistake.errors.count, "\(found)")
        for (line, wanted) in zip(found, mistake.errors) {
            #expect(line.hasPrefix("box.toml:\(wanted.begins)") && line.contains(wanted.holds), "\(line)")
        }
        for secret in ["abcdef", "gsk_abc", "me:word", "\"abc\"", "0123456789abcdef0123"] {
            #expect(!found.joined().contains(secret), "a secret is never printed")
        }
    }

    @Test func `ws and http are right for loopback addresses`() throws {
        for host in ["localhost:1", "127.0.0.1:9000", "[::1]:9000"] {
            _ = try Configuration.parse(
                text: "[cloud.deepgram]\nurl = \"ws://\(host)\"\n[cloud.groq]\nurl = \"http://\(host)/\"", file: "f")
        }
    }

    @Test func `text in another encoding is named as such`() {
        let utf16 = CheckedSettings.parse([0xFF, 0xFE, 0x5B, 0, 0x61, 0], file: "box.toml").problems
        #expect(utf16.map(\.description) == ["box.toml: is UTF-16 text; save it as UTF-8"])
        let latin = CheckedSettings.parse(
            Array("[conversation]\ninstructions = \"Caf".utf8) + [0xE9] + Array("\"\nfollow_up_s = 99\n".utf8), file: "box.toml")
        #expect(latin.problems.map(\.line) == [2, 3])
        #expect(latin.problems[0].message.contains("byte 34 is 0xE9"))
    }

    @Test func `a ring of lights that would stay dark is worth a warning`() {
        let board = "[board]\ndriver = \"gpiod\"\n[board.leds]\nring = [5, 6, 13, 19]\n"
        let dark = CheckedSettings.parse(Array(board.utf8), file: "linnet.toml")
        #expect(dark.problems == [] && dark.warnings.map(\.line) == [4])
        #expect(dark.warnings.first?.message.contains("audio.geometry") == true)
        let lit = CheckedSettings.parse(Array(("[audio]\ngeometry = \"circular4\"\n" + board).utf8), file: "linnet.toml")
        #expect(lit.problems == [] && lit.warnings == [])
    }

    @Test func `a secret in a comment is worth a warning`() {
        let read = CheckedSettings.parse(Array("# gsk_abcdefgh12345678\n".utf8), file: "box.toml")
        #expect(read.problems == [] && read.warnings.count == 1)
        #expect(read.warnings[0].line == 1 && !read.warnings[0].message.contains("gsk_"))
    }

    private func errors(_ text: String) -> [String] {
        CheckedSettings.parse(Array(text.utf8), file: "box.toml").problems.map(\.description)
    }
}

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
