import Glibc

/// What `[cloud] ca_file` must name: a readable PEM file with certificates.
enum CertificateFile {
    private static let sizeBound = 4 << 20

    /// What is wrong with it, and what would be right; nil when nothing is.
    @Sendable static func wrong(_ path: String) -> String? {
        if path.isEmpty { return nil }
        switch PlainFile.read(path, atMost: sizeBound) {
        case .failure(let reason): return "\(SettingValue.quoted(path)) \(reason.message)"
        case .success(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            if text.contains("-----BEGIN CERTIFICATE-----") || text.contains("-----BEGIN TRUSTED CERTIFICATE-----") { return nil }
            if text.contains("PRIVATE KEY-----") {
                return "\(SettingValue.quoted(path)) holds a private key; wants certificates alone"
            }
            if bytes.first == 0x30 {
                return "\(SettingValue.quoted(path)) is not PEM but DER: `openssl x509 -inform der -in \(path)` turns it into PEM"
            }
            return "\(SettingValue.quoted(path)) holds no certificate; wants a PEM file (-----BEGIN CERTIFICATE-----)"
        }
    }
}
