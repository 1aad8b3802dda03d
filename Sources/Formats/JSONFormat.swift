import Captures
import Correlation

/// One JSON object a line, in the names of the Elastic Common Schema.
///
/// What is the same in many records (a process, the host) is written once and kept.
package struct JSONFormat: Encoder {
  private let host: Host
  private var parties = KeptObjects<PartyKey>(limit: 4096)
  private var hosts = KeptObjects<Bool>(limit: 1)

  package init(host: Host) { self.host = host }

  package mutating func encode(_ shown: Shown, to output: inout [UInt8]) {
    var json = JSONWriter(appendingTo: output)
    output = []
    for step in Step.all {
      switch step {
      case .field(let field):
        json.at(field.path)
        field.write(shown, host, &json)
      case .party(let object, let party):
        guard let party = party(shown), let owner = party.owner else { continue }
        let key = PartyKey(
          owner: owner, details: party.details.map(ObjectIdentifier.init), path: object.path.name)
        json.at(object.path)
        parties.write(key, object, shown, host, keeping: party.details, to: &json)
      case .host(let object):
        json.at(object.path)
        hosts.write(true, object, shown, host, keeping: nil, to: &json)
      }
    }
    json.finish()
    output = json.output
  }
}

/// What a process's text depends on. The path is part of it, since one process may ask and answer.
private struct PartyKey: Hashable {
  var owner: Owner
  var details: ObjectIdentifier?
  var path: String
}

/// The fields of one object, which depend on nothing but its key.
private struct FieldObject: Sendable {
  let path: JSONPath
  let fields: [Field]

  init(_ path: JSONPath) {
    self.path = path
    fields = Field.all.filter { $0.path.name.hasPrefix(path.name + ".") }
  }

  /// The object's text, `{…}`; nil when none of its fields has a value.
  func render(_ shown: Shown, _ host: Host) -> [UInt8]? {
    var json = JSONWriter(appendingTo: [])
    for field in fields {
      json.at(field.path)
      field.write(shown, host, &json)
    }
    json.finish()
    // Around it stand a brace and a key for each part of the path, behind it as many braces and a line feed.
    let front = path.components.reduce(0) { $0 + 1 + $1.key.count }
    let back = path.components.count + 1
    guard json.output.count > front + back else { return nil }
    return Array(json.output[front..<(json.output.count - back)])
  }
}

/// What is done for each record, in the order of the fields.
private enum Step: Sendable {
  case field(Field)
  case party(FieldObject, @Sendable (Shown) -> Party?)
  case host(FieldObject)

  static let all: [Step] = {
    let objects: [Step] = [
      .party(FieldObject("process")) { $0.exchange.party },
      .host(FieldObject("host")),
      .party(FieldObject("querent.answered_by.process")) { $0.exchange.answeredBy },
    ]
    var steps: [Step] = []
    var placed = Set<String>()
    for field in Field.all {
      guard let object = objects.first(where: { $0.covers(field) }) else {
        steps.append(.field(field))
        continue
      }
      if placed.insert(object.name).inserted { steps.append(object) }
    }
    return steps
  }()

  private var name: String {
    switch self {
    case .field(let field): field.path.name
    case .party(let object, _), .host(let object): object.path.name
    }
  }

  private func covers(_ field: Field) -> Bool { field.path.name.hasPrefix(name + ".") }
}

/// Texts of objects by what they depend on; forgotten all at once when there are too many.
private struct KeptObjects<Key: Hashable & Sendable>: Sendable {
  private struct Entry: Sendable {
    var text: [UInt8]?
    /// Held so that no other object can take its place in memory, and so in a key.
    var details: ProcessDetails?
  }

  private var entries: [Key: Entry] = [:]
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  mutating func write(
    _ key: Key, _ object: FieldObject, _ shown: Shown, _ host: Host, keeping details: ProcessDetails?,
    to json: inout JSONWriter
  ) {
    let entry: Entry
    if let known = entries[key] {
      entry = known
    } else {
      if entries.count >= limit { entries.removeAll(keepingCapacity: true) }
      entry = Entry(text: object.render(shown, host), details: details)
      entries[key] = entry
    }
    guard let text = entry.text else { return }
    json.value { $0.append(contentsOf: text) }
  }
}
