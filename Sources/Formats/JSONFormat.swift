import Captures

/// One JSON object a line, in the names of the Elastic Common Schema.
package struct JSONFormat: Encoder {
  private let host: Host

  package init(host: Host) { self.host = host }

  package mutating func encode(_ shown: Shown, to output: inout [UInt8]) {
    var json = JSONWriter(appendingTo: output)
    output = []
    for field in Field.all {
      json.at(field.path)
      field.write(shown, host, &json)
    }
    json.finish()
    output = json.output
  }
}
