import ArgumentParser
import Correlation

/// A filter as a person writes it in one line, in the words of the command line: `--process curl --name '*.example.com'`.
struct FilterText {
  let filter: Filter

  /// Why a text is no filter, in one line.
  struct Problem: Error { let what: String }

  init(_ text: String) throws(Problem) {
    let words = try Self.words(text)
    let options: FilterOptions
    do {
      options = try FilterOptions.parse(words)
    } catch {
      let message = FilterOptions.message(for: error)
      throw Problem(what: String(message.prefix { !$0.isNewline }))
    }
    do throws(Failure) {
      filter = try options.filter(showing: .exchanges)
    } catch {
      throw Problem(what: "\(error.what): \(error.advice)")
    }
  }

  /// Splits a line at its spaces as a shell does, with quotes and backslashes.
  static func words(_ text: String) throws(Problem) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character == " " {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else { throw Problem(what: "a quote is not closed") }
    if let word { words.append(word) }
    return words
  }
}
