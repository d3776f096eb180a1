import Glibc

/// A moment of the civil calendar in UTC, as web pages write it.
struct CalendarMoment {
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private let fields: tm

    /// - Parameter seconds: since 1970.
    init(seconds: Int) {
        var (time, fields) = (time_t(seconds), tm())
        gmtime_r(&time, &fields)
        self.fields = fields
    }

    static var nowSeconds: Int { Int(time(nil)) }

    var weekday: String { Self.weekdays[Int(fields.tm_wday)] }
    /// `2026-11-25`
    var day: String { "\(Int(fields.tm_year) + 1900)-\(Self.two(fields.tm_mon + 1))-\(Self.two(fields.tm_mday))" }
    /// `Wed, 25 Nov 2026 08:12:00 GMT`
    var header: String {
        let date =
            "\(weekday.prefix(3)), \(Self.two(fields.tm_mday)) \(Self.months[Int(fields.tm_mon)]) \(Int(fields.tm_year) + 1900)"
        return "\(date) \(Self.two(fields.tm_hour)):\(Self.two(fields.tm_min)):\(Self.two(fields.tm_sec)) GMT"
    }

    private static func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
}
