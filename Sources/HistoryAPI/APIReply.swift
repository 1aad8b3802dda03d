import History

/// What a request is answered with.
public struct APIReply: Sendable {
  /// Of HTTP.
  public var status = 200
  public var mediaType = "application/json"
  public var body: [UInt8]

  init(_ body: [UInt8]) { self.body = body }

  /// What went wrong, as RFC 9457 has it.
  public init(problem: APIProblem) {
    status = problem.status
    mediaType = "application/problem+json"
    body = JSONOutput.document { json in
      json.number("status", problem.status)
      json.text("title", problem.title)
      json.text("detail", problem.detail)
    }
  }
}

/// Why a request gets no answer.
public struct APIProblem: Error, Sendable, Equatable {
  public let status: Int
  public let title: String
  /// What to do.
  public let detail: String

  public init(_ status: Int, _ title: String, _ detail: String) {
    self.status = status
    self.title = title
    self.detail = detail
  }

  static func parameter(_ name: String, _ detail: String) -> APIProblem {
    APIProblem(400, "The parameter \(name) is not valid", detail)
  }

  init(_ problem: HistoryProblem) {
    let isMissing = problem.kind == .noLibrary
    self.init(
      503, isMissing ? "There is no libsqlite3" : "The history could not be read",
      isMissing ? "Install libsqlite3-0 on the host of the server" : problem.description)
  }
}
