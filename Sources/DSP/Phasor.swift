/// e^(i 2 pi t) for `turnsQ32` / 2^32 turns, both parts in Q31 (+1 becomes 2^31 - 1), within 2^-31.
///
/// Made for tables at `init`: octant reduction, then the Taylor series of sine and cosine in Q62.
public func phasorQ31(turnsQ32: UInt32) -> ComplexInt32 {
    let octant = turnsQ32 >> 29
    let within = Int64(turnsQ32 & 0x1FFF_FFFF)
    let fraction = octant & 1 == 0 ? within : (1 << 29) - within
    let quarterPiQ62: Int64 = 0x3243_F6A8_885A_308D
    let angleQ62 = multiplyQ62(quarterPiQ62, fraction << 33)
    let squareQ62 = multiplyQ62(angleQ62, angleQ62)
    let sine = roundedQ31(multiplyQ62(angleQ62, alternatingSeriesQ62(squareQ62, firstTerm: 2)))
    let cosine = roundedQ31(alternatingSeriesQ62(squareQ62, firstTerm: 1))
    switch octant {
    case 0: return ComplexInt32(re: cosine, im: sine)
    case 1: return ComplexInt32(re: sine, im: cosine)
    case 2: return ComplexInt32(re: -sine, im: cosine)
    case 3: return ComplexInt32(re: -cosine, im: sine)
    case 4: return ComplexInt32(re: -cosine, im: -sine)
    case 5: return ComplexInt32(re: -sine, im: -cosine)
    case 6: return ComplexInt32(re: sine, im: -cosine)
    default: return ComplexInt32(re: cosine, im: -sine)
    }
}

/// e^(i 2 pi t) for t = `numerator` / `denominator` in 0 ..< 1. The quotient is taken in 64 bits: `Int` has 32 on small machines.
func phasorQ31(turns numerator: Int, over denominator: Int) -> ComplexInt32 {
    phasorQ31(turnsQ32: UInt32((UInt64(numerator) << 32) / UInt64(denominator)))
}

/// 1 - x/(k(k+1)) (1 - x/((k+2)(k+3)) (1 - ...)): the cosine series for k = 1, that of sin(a)/a for k = 2; x = a^2 below 0.62.
private func alternatingSeriesQ62(_ squareQ62: Int64, firstTerm: Int64) -> Int64 {
    let one: Int64 = 1 << 62
    var sum = one
    var k = firstTerm + 14
    while k >= firstTerm {
        sum = one - multiplyQ62(squareQ62, sum) / (k * (k + 1))
        k -= 2
    }
    return sum
}

/// Product of two Q62 values within -2 ..< 2.
func multiplyQ62(_ left: Int64, _ right: Int64) -> Int64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high << 2 | Int64(bitPattern: UInt64(product.low >> 62))
}

private func roundedQ31(_ valueQ62: Int64) -> Int32 {
    saturatedInt32(roundingShift(valueQ62, 31))
}
