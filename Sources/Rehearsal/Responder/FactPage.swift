/// The page of facts. A fact is told when each of its keys is in the question; the fact with the most keys wins, then the first.
enum FactPage {
    struct Fact {
        /// Alternatives are separated by `|`; each is matched by how it begins and as the ear may slip.
        var keys: [String]
        var answer: String

        init(_ keys: String, _ answer: String) {
            self.keys = keys.split(separator: " ").map(String.init)
            self.answer = answer
        }

        func fits(_ question: Heard) -> Bool {
            keys.allSatisfy { $0.split(separator: "|").contains { question.has(String($0)) } }
        }
    }

    static func best(for question: Heard) -> String? {
        facts.filter { $0.fits(question) }.max { $0.keys.count < $1.keys.count }?.answer
    }

    static let facts: [Fact] = [
        Fact("moon land|landing|landed|walk|first", moonLanding),
        Fact("moon far|away|distance", "The moon is about three hundred and eighty four thousand kilometres away."),
        Fact("sun far|away|distance", "The sun is about a hundred and fifty million kilometres away."),
        Fact("light fast|speed", "Light travels about three hundred thousand kilometres in a second."),
        Fact("sound fast|speed", "Sound travels about three hundred and forty metres in a second."),
        Fact("egg", "A soft egg takes about six minutes in boiling water, and a hard one takes ten."),
        Fact("egg soft", "For a soft egg, leave it in boiling water for six minutes."),
        Fact("egg hard", "For a hard egg, leave it in boiling water for ten minutes."),
        Fact("pasta|spaghetti|noodle long|boil|cook", "Most pasta takes nine minutes in boiling water with plenty of salt."),
        Fact("rice long|boil|cook", "White rice takes about fifteen minutes, and brown rice about thirty."),
        Fact("tea long|brew|steep", "Black tea wants three to five minutes."),
        Fact("spider leg|eye", "A spider has eight legs, and most spiders have eight eyes too."),
        Fact("spider", "A spider has eight legs."),
        Fact("insect|beetle|ant|bee leg", "An insect has six legs."),
        Fact("octopus arm|leg|heart", "An octopus has eight arms and three hearts."),
        Fact("biggest|largest animal", "The blue whale is the largest animal that has ever lived."),
        Fact("fastest animal", "The fastest animal on land is the cheetah, and in the air it is the peregrine falcon."),
        Fact("tallest animal", "The giraffe is the tallest animal."),
        Fact("linnet", "A linnet is a small finch that sings well. It is also my name."),
        Fact("rainbow colour|color", "A rainbow has red, orange, yellow, green, blue, indigo and violet."),
        Fact("sky colour|color|blue", "The sky is blue because air scatters blue light more than red."),
        Fact("grass colour|color|green", "Grass is green because of its chlorophyll."),
        Fact("blue yellow", "Blue and yellow make green."),
        Fact("red yellow", "Red and yellow make orange."),
        Fact("red blue", "Red and blue make purple."),
        Fact(
            "day week", "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday."),
        Fact("many day week", "A week has seven days."),
        Fact("many day year", "A year has three hundred and sixty five days, and a leap year has one more."),
        Fact("many hour day", "A day has twenty four hours."),
        Fact("many minute hour", "An hour has sixty minutes."),
        Fact("many month year", "A year has twelve months."),
        Fact("after monday", "After Monday comes Tuesday."),
        Fact("water boil temperature|degree|point", "At sea level water boils at a hundred degrees Celsius."),
        Fact("water freeze", "Water freezes at zero degrees Celsius."),
        Fact("tallest|highest mountain", "The highest mountain on earth is Mount Everest."),
        Fact("longest river", "The Nile and the Amazon are the longest rivers, at well over six thousand kilometres each."),
        Fact("biggest|largest ocean", "The largest ocean is the Pacific."),
        Fact("biggest|largest planet", "The largest planet of the sun is Jupiter."),
        Fact("many planet", "Eight planets go around the sun."),
        Fact("many continent", "There are seven continents."),
        Fact("many string guitar|violin", "A guitar has six strings, and a violin has four."),
        Fact("many key piano", "A piano has eighty eight keys."),
        Fact("wrote hamlet|romeo|macbeth", "William Shakespeare wrote that."),
        Fact("painted|paint mona|lisa", "Leonardo da Vinci painted the Mona Lisa."),
        Fact("invent telephone", "The patent for the telephone went to Alexander Graham Bell in eighteen seventy six."),
        Fact("who you", "I am Linnet, and today a small rehearsal model with one page of facts speaks for me."),
        Fact("your name", "My name is Linnet."),
        Fact("how are you", "I am well, thank you."),
        Fact("what can you do", "In this rehearsal I know a page of facts, and I can add and multiply."),
        Fact("hello|hi|hey", "Hello. What would you like to know?"),
        Fact("good morning", "Good morning."),
        Fact("thank|thanks", "You are welcome."),
        Fact("joke", "Why did the scarecrow win a prize? Because he was outstanding in his field."),
        Fact("what time", "I have no clock in this rehearsal."),
    ]

    private static let moonLanding = """
        The first people landed on the moon on the twentieth of July, nineteen sixty nine. Neil Armstrong and Buzz Aldrin \
        went down in the lunar module Eagle, while Michael Collins stayed in orbit above them. They set down in the Sea of \
        Tranquility with very little fuel left. Armstrong climbed down the ladder first, and about six hundred million people \
        watched him on television. The two of them stayed outside for two and a half hours and brought home more than twenty \
        kilograms of rock.
        """
}
