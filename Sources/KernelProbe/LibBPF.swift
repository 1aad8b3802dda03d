import CLibBPF

/// The libbpf that this program is linked with at run time.
package enum LibBPF {
  package static var version: String {
    "\(libbpf_major_version()).\(libbpf_minor_version())"
  }
}
