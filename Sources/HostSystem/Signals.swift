import Glibc

/// The signals that end the program, received by waiting for them.
package enum Signals {
  private static let terminating = [SIGINT, SIGTERM, SIGHUP]

  /// Blocks the terminating signals in this thread and the threads that it starts, and SIGPIPE and SIGXFSZ, because
  /// write(2) returns EPIPE and EFBIG.
  package static func block() {
    var set = Self.set(terminating + [SIGPIPE, SIGXFSZ])
    // SAFETY: the set is this call's own.
    unsafe _ = pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for the next of the blocked terminating signals, and returns its number.
  package static func wait() -> Int32 {
    var set = Self.set(terminating)
    var number: Int32 = 0
    // SAFETY: both are this call's own.
    while unsafe sigwait(&set, &number) != 0 {}
    return number
  }

  /// Signals about the terminal: stop, go on, another size.
  private static let ofTerminal = [SIGTSTP, SIGCONT, SIGWINCH]

  /// Blocks these too, in this thread and those that it starts from now on.
  package static func blockOfTerminal() {
    var set = Self.set(ofTerminal)
    // SAFETY: the set is this call's own.
    unsafe _ = pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// What a signal asks of a program that has the terminal.
  package enum Event: Sendable { case end(Int32), stop, resume, resize }

  /// Waits for the next of the blocked signals.
  package static func waitForEvent() -> Event {
    var set = Self.set(terminating + ofTerminal)
    var number: Int32 = 0
    // SAFETY: both are this call's own.
    while unsafe sigwait(&set, &number) != 0 {}
    return switch number {
    case SIGTSTP: .stop
    case SIGCONT: .resume
    case SIGWINCH: .resize
    default: .end(number)
    }
  }

  /// Asks whoever waits for events to stop this process, as Ctrl-Z does.
  package static func requestStop() { kill(getpid(), SIGTSTP) }

  /// Stops this process until another one continues it.
  package static func stop() { kill(getpid(), SIGSTOP) }

  package static let interrupt = SIGINT
  package static let terminate = SIGTERM
  package static let hangUp = SIGHUP

  private static func set(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    // SAFETY: the set is this call's own, the numbers are valid signals.
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    return set
  }
}
