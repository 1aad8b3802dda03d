import Synchronization

/// What the server counts about itself.
final class ServerCounts: Sendable {
  private struct State {
    var responses: [Int: UInt64] = [:]
    var refusals: [String: UInt64] = [:]
    var liveStreams = 0
  }

  private let state = Mutex(State())

  func count(status: Int) { state.withLock { $0.responses[status, default: 0] += 1 } }

  func count(refusal: String) { state.withLock { $0.refusals[refusal, default: 0] += 1 } }

  /// Takes one of `most` places for a stream; false when there is none.
  func beginStream(most: Int) -> Bool {
    state.withLock { state in
      guard state.liveStreams < most else { return false }
      state.liveStreams += 1
      return true
    }
  }

  func endStream() { state.withLock { $0.liveStreams -= 1 } }

  /// In Prometheus' text format.
  func exposition(sessions: Int) -> String {
    let state = state.withLock { $0 }
    var text = """
      # HELP querent_server_responses_total Responses of the server, by their status.
      # TYPE querent_server_responses_total counter

      """
    for (status, count) in state.responses.sorted(by: { $0.key < $1.key }) {
      text += "querent_server_responses_total{status=\"\(status)\"} \(count)\n"
    }
    text += """
      # HELP querent_server_refusals_total Requests that were refused before they were read, by the reason.
      # TYPE querent_server_refusals_total counter

      """
    for (reason, count) in state.refusals.sorted(by: { $0.key < $1.key }) {
      text += "querent_server_refusals_total{reason=\"\(reason)\"} \(count)\n"
    }
    text += """
      # HELP querent_server_live_streams Streams of live exchanges that are open.
      # TYPE querent_server_live_streams gauge
      querent_server_live_streams \(state.liveStreams)
      # HELP querent_server_sessions Sessions that have not expired.
      # TYPE querent_server_sessions gauge
      querent_server_sessions \(sessions)

      """
    return text
  }
}
