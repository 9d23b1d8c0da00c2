// Package fieldexport carries out FieldExport objects: it copies a field of one
// of our objects into a key of a ConfigMap or Secret, where Pods can read it.
//
// A FieldExport is looked at when it changes, when the object that it reads
// changes (an index of the informer cache says which ones read an object), and
// with the regular check, which puts back what was taken out of the target. One
// look ([Reconciler.Reconcile]) evaluates the path, compares the result with
// the target, and writes the one key, and the conditions, only if they differ.
//
// Targets are read one by one and never watched: a controller that watches
// Secrets reads all Secrets of a cluster. FieldExports that read objects of
// other groups belong to other controllers and are left alone.
//
// Who writes a FieldExport may be anybody, and the path is a program. So it is
// held to the part of jq that selects, and to a time; and no FieldExport writes
// into the namespaces of Kubernetes and of the controller from outside: what is
// in there decides about rights.
package fieldexport
