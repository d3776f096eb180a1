import DSP

#if canImport(Glibc)
    import Glibc
#endif

/// The beam of `Beamformer` in double precision, by its equations; the direction and its confidence are given.
struct ReferenceBeam {
    struct Complex {
        var re, im: Double
        init(_ re: Double, _ im: Double) { (self.re, self.im) = (re, im) }
        var power: Double { re * re + im * im }
        var conjugate: Complex { Complex(re, -im) }
        static func + (a: Complex, b: Complex) -> Complex { Complex(a.re + b.re, a.im + b.im) }
        static func - (a: Complex, b: Complex) -> Complex { Complex(a.re - b.re, a.im - b.im) }
        static func * (a: Complex, b: Complex) -> Complex {
            Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
        }
        static func * (a: Complex, b: Double) -> Complex { Complex(a.re * b, a.im * b) }
        static func / (a: Complex, b: Complex) -> Complex { a * b.conjugate * (1 / b.power) }
    }
    typealias Matrix = [[Complex]]

    private let geometry: ArrayGeometry
    private let count: Int
    private var talker: [Matrix]
    private var noise: [Matrix]
    private var powers = [Double](repeating: 0, count: 257)
    private var weights: [[Complex]]
    private var (frames, turn) = (0, 0)

    init(_ geometry: ArrayGeometry) {
        self.geometry = geometry
        count = geometry.positions.count
        let zero = Matrix(repeating: [Complex](repeating: Complex(0, 0), count: count), count: count)
        talker = Array(repeating: zero, count: 257)
        noise = talker
        let first = (0..<count).map { Complex($0 == 0 ? 1 : 0, 0) }
        weights = Array(repeating: first, count: 257)
    }

    func form(_ heard: [PlainSpectrum]) -> [Complex] {
        (0..<257).map { k in
            (0..<count).reduce(Complex(0, 0)) {
                $0 + weights[k][$1].conjugate * Complex(heard[$1].bins[k].re, heard[$1].bins[k].im)
            }
        }
    }

    mutating func learn(_ heard: [PlainSpectrum], mask: [Int32], degrees: Int16, confidenceQ15: Int16) {
        frames = min(frames + 1, 300)
        let visits = (frames + 1) / 2
        for k in stride(from: 1 + turn % 2, to: 256, by: 2) {
            let x = heard.map { Complex($0.bins[k].re, $0.bins[k].im) }
            let power = x.reduce(0) { $0 + $1.power }
            let share = Double(mask[k]) / 32_768
            guard power > 0 else { continue }
            powers[k] += (power - powers[k]) / Double(min(visits, 50))
            let (fast, slow) = (share / 20, (1 - share * share) / Double(visits))
            for i in 0..<count {
                for j in 0..<count {
                    let product = x[i] * x[j].conjugate * (1 / max(powers[k], power / 8))
                    talker[k][i][j] = talker[k][i][j] + (product - talker[k][i][j]) * fast
                    noise[k][i][j] = noise[k][i][j] + (product - noise[k][i][j]) * slow
                }
            }
        }
        let grid = (Double(degrees) / 10).rounded() * 10
        let weight = degrees < 0 ? 0 : min(10 * Double(confidenceQ15) / 32_768, 1) / 2
        for k in stride(from: 1 + turn, to: 256, by: 6) { solve(k, degrees: grid, weight: weight) }
        turn = (turn + 1) % 6
    }

    private func wave(_ k: Int, _ degrees: Double) -> [Complex] {
        geometry.positions.map {
            let (x, y) = (Double($0.xMicrometres), Double($0.yMicrometres))
            let lead = (x * cos(degrees * .pi / 180) + y * sin(degrees * .pi / 180)) / 343e6
            return Complex(
                cos(2 * .pi * 31.25 * Double(k) * lead), sin(2 * .pi * 31.25 * Double(k) * lead))
        }
    }

    private mutating func solve(_ k: Int, degrees: Double, weight: Double) {
        let d = wave(k, degrees)
        let talkerTrace = (0..<count).reduce(0) { $0 + talker[k][$1][$1].re }
        let noiseTrace = (0..<count).reduce(0) { $0 + noise[k][$1][$1].re }
        guard talkerTrace > 0 else { return }
        let h = (0..<count).map { i in
            talker[k][i][0] * (1 / max(talkerTrace, 1.0 / 64)) + d[i] * d[0].conjugate * (weight / Double(count))
        }
        var r = noise[k].map { $0.map { $0 * (1 / max(noiseTrace, 1e-3)) } }
        for i in 0..<count {
            for j in 0..<count {
                let (a, b) = (geometry.positions[i], geometry.positions[j])
                let (x, y) = (
                    Double(a.xMicrometres - b.xMicrometres), Double(a.yMicrometres - b.yMicrometres)
                )
                let angle = 2 * .pi * 31.25 * Double(k) * (x * x + y * y).squareRoot() / 343e6
                r[i][j] =
                    r[i][j]
                    + Complex(
                        (0.03 * (angle == 0 ? 1 : sin(angle) / angle) + (i == j ? 0.005 : 0)) / Double(count), 0)
            }
        }
        let solution = Self.solve(r, h)
        let gain = (0..<count).reduce(0) { $0 + (h[$1].conjugate * solution[$1]).re }
        weights[k] = solution.map {
            let w = $0 * h[0].conjugate * (1 / gain)
            return Complex(max(-8, min(8, w.re)), max(-8, min(8, w.im)))
        }
    }

    /// Gauss and Jordan; the matrix is positive definite.
    private static func solve(_ matrix: Matrix, _ right: [Complex]) -> [Complex] {
        var (a, b) = (matrix, right)
        for column in a.indices {
            let pivot = a[column][column]
            for row in a.indices where row != column {
                let factor = a[row][column] / pivot
                for k in a.indices { a[row][k] = a[row][k] - factor * a[column][k] }
                b[row] = b[row] - factor * b[column]
            }
        }
        return a.indices.map { b[$0] / a[$0][$0] }
    }
}
