extension RDataWalker where Output: ~Copyable {
  /// The options of an OPT record (RFC 6891 §6.1.2).
  ///
  /// Only their lengths are checked: what an option means is between two neighbours, and one that is
  /// garbled takes nothing from the answer. `EDNSOption.value` tells.
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
