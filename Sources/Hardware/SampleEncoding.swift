import CALSA

/// How a sample lies in a device's memory. All that ALSA cards commonly speak; inside it is Q31 everywhere.
enum SampleEncoding: CaseIterable {
    case s16
    case s32
    /// 24 bits in the lower three of four bytes; what the fourth holds is not ours to trust.
    case s24
    /// 24 bits in three bytes: many USB devices.
    case s24Packed

    var format: snd_pcm_format_t {
        switch self {
        case .s16: SND_PCM_FORMAT_S16_LE
        case .s32: SND_PCM_FORMAT_S32_LE
        case .s24: SND_PCM_FORMAT_S24_LE
        case .s24Packed: SND_PCM_FORMAT_S24_3LE
        }
    }

    /// Bits that carry sound.
    var bits: Int {
        switch self {
        case .s16: 16
        case .s24, .s24Packed: 24
        case .s32: 32
        }
    }

    /// Bytes in memory.
    var bytes: Int {
        @_noAllocation @_noLocks get {
            switch self {
            case .s16: 2
            case .s24Packed: 3
            case .s24, .s32: 4
            }
        }
    }

    /// `count` samples of a device as Q31.
    @_noAllocation @_noLocks
    func widen(_ raw: UnsafeRawPointer, count: Int, into target: UnsafeMutablePointer<Int32>) {
        switch self {
        case .s16:
            let source = raw.assumingMemoryBound(to: Int16.self)
            for i in 0..<count { target[i] = Int32(source[i]) &<< 16 }
        case .s32:
            let source = raw.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { target[i] = source[i] }
        case .s24:
            let source = raw.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { target[i] = source[i] &<< 8 }
        case .s24Packed:
            let source = raw.assumingMemoryBound(to: UInt8.self)
            for i in 0..<count {
                let low = UInt32(source[3 * i]) &<< 8 | UInt32(source[3 * i + 1]) &<< 16
                target[i] = Int32(bitPattern: low | UInt32(source[3 * i + 2]) &<< 24)
            }
        }
    }

    /// `frames` of a mono signal (Q31), spread over `channels`, as the device's samples.
    @_noAllocation @_noLocks
    func spread(_ mono: UnsafePointer<Int32>, frames: Int, channels: Int, into raw: UnsafeMutableRawPointer) {
        let count = frames * channels
        switch self {
        case .s16:
            let target = raw.assumingMemoryBound(to: Int16.self)
            for i in 0..<count { target[i] = Int16(truncatingIfNeeded: mono[i / channels] &>> 16) }
        case .s32:
            let target = raw.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { target[i] = mono[i / channels] }
        case .s24:
            let target = raw.assumingMemoryBound(to: Int32.self)
            for i in 0..<count { target[i] = mono[i / channels] &>> 8 }
        case .s24Packed:
            let target = raw.assumingMemoryBound(to: UInt8.self)
            for i in 0..<count {
                let sample = UInt32(bitPattern: mono[i / channels])
                target[3 * i] = UInt8(truncatingIfNeeded: sample &>> 8)
                target[3 * i + 1] = UInt8(truncatingIfNeeded: sample &>> 16)
                target[3 * i + 2] = UInt8(truncatingIfNeeded: sample &>> 24)
            }
        }
    }
}
