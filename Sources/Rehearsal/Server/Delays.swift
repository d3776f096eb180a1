import Glibc

extension RehearsalOptions {
    /// How long the services take to answer; medians in milliseconds, the engines' own time included, so that an engine that
    /// is slower than the service delays the answer and one that is faster does not hurry it.
    public struct Delays: Sendable, Equatable {
        /// Deepgram: from settled audio (a Finalize, the end of speech) to the message that carries its words.
        public var transcriptMilliseconds = 0
        /// Groq: from a request to the first token, and from token to token.
        public var firstTokenMilliseconds = 60
        public var tokenMilliseconds = 5
        /// Gemini: from a request to the first chunk, and from chunk to chunk.
        public var firstChunkMilliseconds = 60
        public var chunkMilliseconds = 5
        /// Tavily: from a query to its results.
        public var searchMilliseconds = 0
        /// Cartesia: from a text that may be spoken to its first audio, and from audio chunk (100 ms) to audio chunk.
        public var firstAudioMilliseconds = 0
        public var audioChunkMilliseconds = 20

        public var tails = Tails()
        /// The same seed draws the same delays.
        public var seed: UInt64 = 1

        public init() {}

        /// How far the 95th percentile lies above the median, percent of the median; 0 takes the median every time.
        public struct Tails: Sendable, Equatable {
            public var transcript = 0
            public var firstToken = 0
            public var firstChunk = 0
            public var search = 0
            public var firstAudio = 0
            public init() {}
        }

        /// Nobody waits for anything but the engines.
        public static var none: Delays {
            var delays = Delays()
            delays.firstTokenMilliseconds = 0
            delays.tokenMilliseconds = 0
            delays.firstChunkMilliseconds = 0
            delays.chunkMilliseconds = 0
            delays.audioChunkMilliseconds = 0
            return delays
        }

        /// What the services, or those who measured them, have published by November 2026: Deepgram nova-3 a final segment in
        /// 247 ms (p95 298), Groq a first token in 100 to 200 ms and then 500 a second, Tavily an answer in 1.3 s, Cartesia
        /// a first audio in 90 ms. For Gemini, and for the tails but Deepgram's, nobody has: these are ours.
        public static var published: Delays {
            var delays = Delays()
            delays.transcriptMilliseconds = 247
            delays.tails.transcript = 21
            delays.firstTokenMilliseconds = 150
            delays.tails.firstToken = 60
            delays.tokenMilliseconds = 2
            delays.firstChunkMilliseconds = 600
            delays.tails.firstChunk = 100
            delays.chunkMilliseconds = 40
            delays.searchMilliseconds = 1300
            delays.tails.search = 60
            delays.firstAudioMilliseconds = 90
            delays.tails.firstAudio = 50
            return delays
        }

        /// The delays of one answer, drawn around the medians (log-normal) and without tails of their own.
        /// - Parameter number: the same number draws the same delays.
        public func drawn(_ number: Int) -> Delays {
            var numbered = SplitMix64(state: UInt64(bitPattern: Int64(number)))
            var chance = SplitMix64(state: seed ^ numbered.next())
            var drawn = self
            drawn.tails = Tails()
            drawn.transcriptMilliseconds = chance.logNormal(transcriptMilliseconds, tailPercent: tails.transcript)
            drawn.firstTokenMilliseconds = chance.logNormal(firstTokenMilliseconds, tailPercent: tails.firstToken)
            drawn.firstChunkMilliseconds = chance.logNormal(firstChunkMilliseconds, tailPercent: tails.firstChunk)
            drawn.searchMilliseconds = chance.logNormal(searchMilliseconds, tailPercent: tails.search)
            drawn.firstAudioMilliseconds = chance.logNormal(firstAudioMilliseconds, tailPercent: tails.firstAudio)
            return drawn
        }
    }
}

/// Chance that repeats itself.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// - Parameter tailPercent: by which one draw in twenty exceeds the median.
    mutating func logNormal(_ median: Int, tailPercent: Int) -> Int {
        let radius = sqrt(-2 * log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)))
        let normal = radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
        guard tailPercent > 0 else { return median }
        let sigma = log(1 + Double(tailPercent) / 100) / 1.6449
        // Three deviations are enough of a bad day.
        return Int((Double(median) * exp(sigma * min(3, max(-3, normal)))).rounded())
    }
}
