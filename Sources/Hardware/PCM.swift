import CALSA
import CPlatform
import Failures

/// An open, configured ALSA PCM of either direction, and memory for one 10 ms block of its frames. Closed with its end.
struct PCM: ~Copyable {
    let agreement: PCMAgreement
    let handle: OpaquePointer
    /// A block of raw frames.
    let raw: UnsafeMutableRawPointer

    /// Opens and configures; it does not run yet.
    init(_ request: PCMRequest) throws(Failure) {
        ln_alsa_keep_quiet()
        var opened: OpaquePointer?
        let status = snd_pcm_open(&opened, request.name, request.stream, Int32(SND_PCM_NONBLOCK))
        guard status == 0, let opened else { throw Failure.alsa(request.subject, "snd_pcm_open(\(request.name))", status) }
        do throws(Failure) {
            agreement = try PCMNegotiation(pcm: opened, request: request).agree()
        } catch {
            snd_pcm_close(opened)
            throw error
        }
        handle = opened
        let bytes = agreement.blockFrames * agreement.frameBytes
        raw = .allocate(byteCount: bytes, alignment: 16)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit {
        snd_pcm_close(handle)
        raw.deallocate()
    }

    // MARK: Real time: all answer with 0 or more, or with a negative errno

    @_noAllocation @_noLocks
    func prepare() -> Int32 { snd_pcm_prepare(handle) }

    @_noAllocation @_noLocks
    func start() -> Int32 { snd_pcm_start(handle) }

    /// Stops now; what it holds is forgotten.
    @_noAllocation @_noLocks
    func drop() -> Int32 { snd_pcm_drop(handle) }

    /// 0 while it runs. One that does not may still answer with its last position.
    @_noAllocation @_noLocks
    func errorOfState() -> Int32 {
        switch snd_pcm_state(handle) {
        case SND_PCM_STATE_RUNNING: 0
        case SND_PCM_STATE_XRUN: -EPIPE
        case SND_PCM_STATE_DISCONNECTED: -ENODEV
        default: -EBADFD
        }
    }
}
