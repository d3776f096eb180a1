/// Everything that linnet.toml can say, with the defaults that hold when it says nothing.
public struct Configuration: Sendable, Equatable {
    public var audio = Audio()
    public var board = Board()
    public var conversation = Conversation()
    public var cloud = Cloud()
    public var journal = Journal()

    public init() {}

    /// `[audio]`: the sound cards.
    public struct Audio: Sendable, Equatable {
        /// ALSA PCM name of the microphones.
        public var capture = "default"
        /// ALSA PCM name of the loudspeaker.
        public var playback = "default"
        /// Channels to ask the capture device for, 1...8; 0 takes what it has.
        public var captureChannels = 0
        /// Hz: 16000, 44100 or 48000; 0 takes the best that the device has.
        public var captureRateHz = 0
        /// Hz at which the loudspeaker is driven: 16000, 24000, 44100 or 48000; 0 takes the best that the device has.
        public var playbackRateHz = 0
        /// Which device channels are microphones, in the geometry's order; empty means all.
        public var microphones: [Int] = []
        /// Where the microphones stand: `single`, a name of `ArrayGeometry`, or `unknown`, which averages them.
        public var geometry = "unknown"
        /// Added to the microphones before all else, 0...36 dB in steps of 6: for arrays that deliver little.
        public var microphoneGainDecibels = 0
        /// SCHED_FIFO priority of the audio threads, 1...49; 0 for ordinary scheduling.
        public var realTimePriority = 20
        public var frontEnd = FrontEnd()

        /// `[audio.front_end]`: which stages of the signal processing run.
        public struct FrontEnd: Sendable, Equatable {
            /// Takes the loudspeaker's echo out of the microphones.
            public var cancelsEcho = true
            /// Suppresses what the canceller leaves.
            public var suppressesResidualEcho = true
            /// Points a beam at the talker, where `geometry` says how the microphones stand.
            public var formsBeam = true
            /// Brings speech to -20 dB full scale.
            public var controlsGain = true
            /// The most that noise is suppressed by for the recognizer, dB within `noiseFloorRange`; 0 leaves it alone.
            public var noiseFloorDecibels = 0
            public static let noiseFloorRange = -40...0
        }

        /// Geometries by one word; others have measures.
        public static let geometries = ["unknown", "single", "linear4", "circular4"]
    }

    /// `[board]`: button and lights.
    public struct Board: Sendable, Equatable {
        public enum Driver: String, Sendable, CaseIterable { case gpiod, simulated, none }
        public var driver = Driver.none
        /// Device path, name or label of the GPIO chip.
        public var chip = "pinctrl-bcm2835"
        public var button = Button()
        public var leds = LEDs()

        /// `[board.button]`
        public struct Button: Sendable, Equatable {
            /// Line offset on the chip; -1 for no button.
            public var line = 17
            public var activeLow = true
            public enum Bias: String, Sendable, CaseIterable {
                case pullUp = "pull-up"
                case pullDown = "pull-down"
                case disabled
                case asIs = "as-is"
            }
            public var bias = Bias.pullUp
            /// Contact bounce that is ignored, 0...100 ms.
            public var debounceMilliseconds = 5
        }

        /// `[board.leds]`: line offsets; -1 for a light that is not there.
        public struct LEDs: Sendable, Equatable {
            public var listening = -1
            public var thinking = -1
            public var speaking = -1
            public var error = -1
            /// Lights evenly around the box, counter-clockwise from the array's x axis: the one nearest to the talker is on while it listens.
            public var ring: [Int] = []
            public var activeLow = false
        }
    }

    /// `[conversation]`: how it talks.
    public struct Conversation: Sendable, Equatable {
        /// What the model is told about itself; empty takes the built-in text.
        public var instructions = ""
        /// BCP 47 code of the language spoken.
        public var language = "en"
        /// Starts the model at the first pause, before the turn is sure to be over.
        public var speculate = true
        /// Silence after which the recognizer is told to settle, 100...1000 ms.
        public var firstPauseMilliseconds = 200
        /// Shortest and longest silence that ends a turn, 200...3000 ms.
        public var shortestEndMilliseconds = 350
        public var longestEndMilliseconds = 900
        /// How long it listens for more after an answer, 0...30 s; 0 for never.
        public var followUpSeconds = 6
        /// How long it waits for the first word after a press, 2...30 s.
        public var noSpeechSeconds = 6
        /// Longest question, 5...60 s.
        public var longestQuestionSeconds = 12
        /// Whether it can be interrupted by talking over it (the button always can).
        public var bargeIn = true
        /// Speech over the answer that makes it quieter, and that stops it, ms.
        public var duckAfterMilliseconds = 40
        public var pauseAfterMilliseconds = 100
        /// Whether the model may search the web.
        public var webSearch = true
    }

    /// `[cloud]`: who answers.
    public struct Cloud: Sendable, Equatable {
        /// A PEM file with certificate authorities to trust besides the system's; empty for none.
        public var caFile = ""
        public var deepgram = Deepgram()
        public var groq = Groq()
        public var gemini = Gemini()
        public var tavily = Tavily()
        public var cartesia = Cartesia()

        public struct Deepgram: Sendable, Equatable {
            public var url = "wss://api.deepgram.com"
            public var model = "nova-3"
            /// Names and terms to listen for.
            public var keyterms: [String] = []
        }
        public struct Groq: Sendable, Equatable {
            public var url = "https://api.groq.com"
            public var model = "openai/gpt-oss-120b"
            /// Tokens that one answer may have, 50...4000.
            public var maximumTokens = 300
            /// Longest wait for the first token, 500...30000 ms; then the second model is asked.
            public var firstTokenDeadlineMilliseconds = 2500
        }
        /// The second model: it is asked when the first one fails before its first word.
        public struct Gemini: Sendable, Equatable {
            public var url = "https://generativelanguage.googleapis.com"
            public var model = "gemini-3.5-flash"
            public var apiVersion = "v1"
            /// Longest wait for the first token, 500...30000 ms.
            public var firstTokenDeadlineMilliseconds = 6000

            public static let apiVersions = ["v1", "v1beta"]
        }
        /// Web search.
        public struct Tavily: Sendable, Equatable {
            public var url = "https://api.tavily.com"
            /// How thoroughly it searches; see `searchDepths`.
            public var searchDepth = "basic"
            /// Pages that one search brings, 1...10.
            public var maximumResults = 3
            /// Longest wait for a search, 500...15000 ms.
            public var deadlineMilliseconds = 3000

            public static let searchDepths = ["basic", "advanced", "fast", "ultra-fast"]
        }
        public struct Cartesia: Sendable, Equatable {
            public var url = "wss://api.cartesia.ai"
            public var model = "sonic-3.5"
            public var voice = "f786b574-daa5-4673-aa0c-cbe3e8534c02"
        }
    }

    /// `[journal]`
    public struct Journal: Sendable, Equatable {
        /// Whether what was said and answered stands in the journal.
        public var words = true
        /// An entry for every stage of a turn, beside the one that sums it up.
        public var stages = true
    }
}
