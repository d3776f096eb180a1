/// A picture of at most 16 colours as a PNG (ISO/IEC 15948), four bits a pixel. Its data lie in the zlib stream as they are
/// (RFC 1950, RFC 1951: stored blocks): a spectrogram's noise hardly shrinks.
package struct IndexedPNG {
    let width: Int
    let height: Int
    /// Red, green, blue; 0...255.
    let palette: [[UInt8]]
    /// Rows from the top, an index into the palette for each pixel.
    let pixels: [UInt8]

    package init(width: Int, height: Int, palette: [[UInt8]], pixels: [UInt8]) {
        (self.width, self.height, self.palette, self.pixels) = (width, height, palette, pixels)
    }

    package var bytes: [UInt8] {
        let header = Self.big(width) + Self.big(height) + [4, 3, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
            + Self.chunk("PLTE", palette.flatMap(\.self)) + Self.chunk("IDAT", Self.stored(scanLines)) + Self.chunk("IEND", [])
    }

    /// Every row with its filter (none) in front, two pixels a byte.
    private var scanLines: [UInt8] {
        (0..<height).flatMap { row in
            [0]
                + stride(from: 0, to: width, by: 2).map { x in
                    let right = x + 1 < width ? pixels[row * width + x + 1] : 0
                    return pixels[row * width + x] << 4 | right
                }
        }
    }

    private static func stored(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: data.count, by: 65_535) {
            let block = data[start..<min(start + 65_535, data.count)]
            let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
            stream += [start + 65_535 < data.count ? 0 : 1, low, high, ~low, ~high]
            stream += block
        }
        return stream + big(adler32(data))
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return big(data.count) + body + big(crc32(body))
    }

    private static func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

    private static func adler32(_ data: [UInt8]) -> Int {
        var (a, b) = (1, 0)
        for byte in data {
            a = (a + Int(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return b << 16 | a
    }

    private static func crc32(_ data: [UInt8]) -> Int {
        var register: UInt32 = .max
        for byte in data {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 0 ? 0 : 0xEDB8_8320) }
        }
        return Int(~register)
    }
}

/// RFC 4648.
package func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 3 * 4 + 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
        let value = group[0] << 16 | group[1] << 8 | group[2]
        let used = min(3, bytes.count - start)
        for place in 0..<4 {
            text.append(place <= used ? digits[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
