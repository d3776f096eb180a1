import FoundationEssentials
import Glibc

/// Throwaway certificates in a folder of their own: an authority, a good one for the loopback, and all the bad ones.
final class Certificates: Sendable {
    let folder: String

    var authorityFile: String { "\(folder)/authority.pem" }
    var keyFile: String { "\(folder)/server.key" }
    /// The certificate with whatever a server shows along with it.
    func chainFile(_ bad: Fault.BadCertificate?) -> String { "\(folder)/\(bad?.rawValue ?? "good").pem" }

    /// Takes some tenths of a second.
    init() throws(RehearsalError) {
        var template = Array("\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/linnet-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw RehearsalError("no folder for certificates: \(String(cString: strerror(errno)))")
        }
        folder = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        guard Self.run("cd '\(folder)' && {\n\(Self.script)\n} >log 2>&1") == 0 else {
            let words = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
            throw RehearsalError("the openssl command made no certificates:\n\(words)")
        }
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private static func run(_ script: String) -> CInt {
        var arguments: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-ec", script].map { (word: String) in strdup(word) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawn(&process, "/bin/sh", nil, nil, &arguments, environ) == 0 else { return -1 }
        var status: CInt = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        return status
    }

    /// `issue NAME SECTION FROM UNTIL ISSUER [SUBJECT]`, dates as openssl's `ca` has them. Its `x509` of Debian 12 cannot date.
    private static let script = """
        cat >ca.cnf <<'END'
        [ca]
        default_ca = us
        [us]
        database = index
        serial = serial
        new_certs_dir = .
        default_md = sha256
        policy = any
        unique_subject = no
        [any]
        commonName = supplied
        [good]
        basicConstraints = CA:FALSE
        subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
        extendedKeyUsage = serverAuth
        [elsewhere]
        basicConstraints = CA:FALSE
        subjectAltName = DNS:elsewhere.invalid
        extendedKeyUsage = serverAuth
        END
        : >index
        echo 01 >serial
        make_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }
        authority() {
            make_key "$1"
            openssl req -x509 -new -key "$1.key" -days 2 -subj "/CN=$1" -addext basicConstraints=critical,CA:TRUE \\
                -addext keyUsage=critical,keyCertSign -out "$1.pem"
        }
        issue() {
            openssl ca -batch -notext -config ca.cnf -extensions "$2" -startdate "$3" -enddate "$4" \\
                -cert "$5.pem" -keyfile "$5.key" -in "${6-server}.csr" -out "$1.pem"
        }
        subject() {
            make_key "$1"
            openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
        }
        authority authority
        authority stranger
        subject server localhost
        subject middleman middleman
        yesterday=$(date -u -d yesterday +%Y%m%d%H%M%SZ) tomorrow=$(date -u -d tomorrow +%Y%m%d%H%M%SZ)
        issue good good $yesterday $tomorrow authority
        issue expired good 20200101000000Z 20200201000000Z authority
        issue not-yet-valid good $tomorrow $(date -u -d '3 days' +%Y%m%d%H%M%SZ) authority
        issue wrong-host elsewhere $yesterday $tomorrow authority
        issue unknown-authority good $yesterday $tomorrow stranger
        issue middleman good $yesterday $tomorrow authority middleman
        issue not-an-authority good $yesterday $tomorrow middleman
        cat middleman.pem >>not-an-authority.pem
        openssl req -x509 -new -key server.key -days 2 -subj /CN=localhost \\
            -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out self-signed.pem
        """
}
