// Package manifest reads manifests the way kubectl does (files, directories,
// standard input, kustomizations; YAML and JSON; several documents per file,
// lists of objects) and remembers where everything was written: of each
// document, and of each field in it, it knows the file and the line, so that
// whoever finds something wrong can say where.
//
// Only the three kinds of package v1alpha1 become objects. Documents of other
// kinds are kept aside unread: a directory of manifests holds Deployments too.
// A document that cannot be read is a [Problem] and does not keep the others
// from being read; what the operating system refuses is an error.
package manifest
