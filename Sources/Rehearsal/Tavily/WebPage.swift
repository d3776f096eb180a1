/// A page of the invented web.
struct WebPage {
    var title: String
    var site: String
    var slug: String
    /// `%DAY%` stands for the weekday on which it appeared.
    var content: String
    /// Nil for a page that is no news.
    var ageDays: Int?

    private static let daySeconds = 86_400

    /// When it appeared, seconds since 1970: some minutes apart, and today's not after now.
    /// - Parameter index: among the pages.
    func publishedSeconds(now: Int, index: Int) -> Int? {
        guard let ageDays else { return nil }
        let midnight = now - now % Self.daySeconds
        let latest = ageDays == 0 ? now : midnight - (ageDays - 1) * Self.daySeconds - 1
        return max(midnight - ageDays * Self.daySeconds, latest - (index + 1) * 23 * 60)
    }

    func url(published: Int?) -> String {
        let folder = published.map { CalendarMoment(seconds: $0).day.replacing("-", with: "/") + "/" } ?? ""
        return "https://www.\(site)/\(folder)\(slug)"
    }

    func text(published: Int?) -> String {
        content.replacing("%DAY%", with: published.map { CalendarMoment(seconds: $0).weekday } ?? "")
    }

    private init(_ title: String, _ site: String, _ slug: String, age: Int?, _ content: String) {
        (self.title, self.site, self.slug, self.content, ageDays) = (title, site, slug, content, age)
    }

    /// Newspapers, places and events are invented.
    static let all: [WebPage] = [
        WebPage(
            "Harbour bridge opens again after the storm - The Harbour Gazette", "harbourgazette.example", "harbour-bridge-opens",
            age: 0,
            "The harbour bridge in Northfield opened again on %DAY% morning, nine days after the storm. Engineers replaced forty "
                + "two cables and found the pillars sound. Lorries have to wait until next month."),
        WebPage(
            "Northfield votes for a free tram - Northfield Courier", "northfieldcourier.example", "free-tram", age: 0,
            "The city council of Northfield decided on %DAY% that the tram will be free of charge from the spring. Twenty one "
                + "members voted for it and eighteen against. The money comes from a higher fee for parking."),
        WebPage(
            "Rain in the west, sun by the evening - Kestrel Weather Desk", "kestrelweather.example", "forecast", age: 0,
            "The weather forecast for %DAY%: rain in the west until noon, then sunshine with a light wind from the south. The "
                + "temperature reaches eleven degrees. The night stays clear and cold."),
        WebPage(
            "Tidewater Rovers win the cup final - The Tidewater Post", "tidewaterpost.example", "cup-final", age: 0,
            "Tidewater Rovers won the football cup final against Northfield United by two goals to one. Both goals fell in the "
                + "last ten minutes. Thirty thousand people watched the match in the stadium."),
        WebPage(
            "Old lighthouse becomes a school for sailors - The Harbour Gazette", "harbourgazette.example", "lighthouse-school",
            age: 0,
            "The old lighthouse at Gull Point becomes a school for young sailors. The first sixty pupils arrive in September. The "
                + "town paid one crown for the building."),
        WebPage(
            "Researchers hear a new song of the linnet - Meadow and Marsh", "meadowandmarsh.example", "linnet-song", age: 0,
            "Researchers have recorded a song of the linnet that nobody had heard before. The small finch sings it only before "
                + "sunrise. They put up ninety microphones along the coast to find it."),
        WebPage(
            "Rail strike ends after talks through the night - Northfield Courier", "northfieldcourier.example",
            "rail-strike-ends",
            age: 0,
            "The rail strike is over: both sides agreed after talks through the night. Trains run as usual from %DAY% afternoon. "
                + "The drivers get four per cent more."),
        WebPage(
            "Bakers run out of rye - The Tidewater Post", "tidewaterpost.example", "bakers-rye", age: 0,
            "Bakers in Tidewater have run out of rye after a wet summer. The price of a loaf has risen by a fifth. The mills "
                + "expect a delivery from abroad on the weekend."),
        WebPage(
            "Comet to be seen without a telescope - Kestrel Sky Notes", "kestrelsky.example", "comet", age: 0,
            "A comet can be seen without a telescope in the next nights. Look to the east an hour before sunrise. It will not "
                + "come back for eleven thousand years."),
        WebPage(
            "Museum returns a stolen clock - The Harbour Gazette", "harbourgazette.example", "museum-clock", age: 0,
            "The city museum has returned a clock that was stolen a hundred and ten years ago. The granddaughter of its maker "
                + "took it home on %DAY%. It still runs."),
        WebPage(
            "Library stays open at night - Northfield Courier", "northfieldcourier.example", "library-at-night", age: 1,
            "The library of Northfield stays open all night during the examinations. Tea is free after midnight. The trial lasts "
                + "until the end of the year."),
        WebPage(
            "Ferry to the islands gets a new ship - The Tidewater Post", "tidewaterpost.example", "ferry-ship", age: 4,
            "The ferry to the outer islands gets a new ship that runs on batteries. It carries two hundred people and forty cars. "
                + "The crossing takes fifty minutes."),
        WebPage(
            "Storm damages the harbour bridge - The Harbour Gazette", "harbourgazette.example", "storm-bridge", age: 9,
            "A storm has damaged the harbour bridge in Northfield, and the police have closed it. Nobody was hurt. Engineers will "
                + "look at the cables first."),
        WebPage(
            "Harbour bridge (Northfield) - Open Almanac", "openalmanac.example", "harbour-bridge", age: nil,
            "The harbour bridge of Northfield is a suspension bridge of nineteen thirty one. It is six hundred and ten metres "
                + "long. Its two pillars are made of granite."),
        WebPage(
            "Linnet - Open Almanac", "openalmanac.example", "linnet", age: nil,
            "The linnet is a small finch of open country. It eats seeds, above all of flax, from which it has its name. The male "
                + "sings from the top of a bush."),
        WebPage(
            "How to keep bread fresh - The Slow Kitchen", "slowkitchen.example", "fresh-bread", age: nil,
            "Bread stays fresh longest in a box of clay or wood. The refrigerator makes it stale. Freeze what you do not eat "
                + "within three days."),
        WebPage(
            "Lamps that switch themselves off - Home Workshop", "homeworkshop.example", "lamps", age: nil,
            "A lamp with a motion sensor switches itself off after some minutes. Set the time with the small wheel. Two wires "
                + "are enough."),
    ]
}
