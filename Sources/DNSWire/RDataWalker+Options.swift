extension RDataWalker where Output: ~Copyable {
  /// The options of an OPT record (RFC 6891 §6.1.2).
  ///
  /// Only their lengths are checked: options concern two neighbouring hosts, and a malformed one does
  /// not invalidate the message. `EDNSOption.value` reports it.
  mutating func options() throws(WireError) {
    while !reader.isAtEnd {
      let code = try EDNSOptionCode(rawValue: reader.uint16())
      let range = try reader.counted16()
      write { text, octets in
        EDNSOption(code: code, octets: octets.extracting(range)).write(to: &text)
      }
    }
  }
}
