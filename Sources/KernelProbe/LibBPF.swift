import CLibBPF

/// The version of libbpf that this program uses at run time.
package enum LibBPF {
  package static var version: String {
    "\(libbpf_major_version()).\(libbpf_minor_version())"
  }
}
