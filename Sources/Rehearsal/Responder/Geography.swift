/// Countries and their capitals.
enum Geography {
    private static let capitals: KeyValuePairs = [
        "portugal": "Lisbon", "spain": "Madrid", "france": "Paris", "germany": "Berlin", "italy": "Rome", "austria": "Vienna",
        "switzerland": "Bern", "belgium": "Brussels", "netherlands": "Amsterdam", "denmark": "Copenhagen", "sweden": "Stockholm",
        "norway": "Oslo", "finland": "Helsinki", "iceland": "Reykjavik", "ireland": "Dublin", "england": "London",
        "scotland": "Edinburgh", "poland": "Warsaw", "hungary": "Budapest", "greece": "Athens", "turkey": "Ankara",
        "egypt": "Cairo", "kenya": "Nairobi", "canada": "Ottawa", "mexico": "Mexico City", "brazil": "Brasilia",
        "argentina": "Buenos Aires", "chile": "Santiago", "peru": "Lima", "japan": "Tokyo", "china": "Beijing",
        "india": "New Delhi",
        "australia": "Canberra", "russia": "Moscow", "ukraine": "Kyiv", "romania": "Bucharest",
    ]

    static func capital(_ question: Heard) -> String? {
        guard question.has("capital") else { return nil }
        return country(in: question).map(capital) ?? "I do not know the capital of that country."
    }

    static func capital(of country: String) -> String {
        let city = capitals.first { $0.key == country }?.value ?? "unknown to me"
        let name = country == "netherlands" ? "the Netherlands" : country.prefix(1).uppercased() + country.dropFirst()
        return "The capital of \(name) is \(city)."
    }

    /// The country that the question names, heard exactly if it can be, else nearly.
    static func country(in question: Heard) -> String? {
        let names = capitals.map(\.key)
        return names.first(where: question.words.contains) ?? names.first { question.has($0) }
    }
}
