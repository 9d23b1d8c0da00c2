// Package controlplane runs a Kubernetes control plane inside this process: a real API server and a real
// etcd, without kubelets, schedulers and pods. kubectl, controllers and Helm cannot tell it from a
// cluster, as long as they do not ask for pods.
//
// It serves namespaces, Secrets, ConfigMaps, Events, Leases, service accounts and their tokens, RBAC,
// CustomResourceDefinitions with everything they imply (validation, CEL, defaulting, status and scale
// subresources, server-side apply), admission webhooks and policies. The few controllers of
// kube-controller-manager without which these would not keep their promises run too: deletion of
// namespaces, garbage collection by owner references, aggregation of ClusterRoles. The package knows
// nothing of its users; they install their own CustomResourceDefinitions.
//
// The API server is Kubernetes' own library for servers without pods
// (k8s.io/kubernetes/pkg/controlplane/apiserver/samples/generic), configured by typed options, not by
// arguments, and reduced to what one user on one machine needs. etcd listens on a unix socket in the
// control plane's directory and does not sync to disk; custom resources reach it by calls, and what
// is written is not decoded again for the answer and the watch. Ports: one, on a loopback address. Secrets
// (token, certificates, keys) are made anew by every Start.
//
// # Use
//
//	cp, err := controlplane.Start(ctx, controlplane.Options{Addr: "127.0.0.1:0", Logger: logger})
//	if err != nil {
//		return err
//	}
//	defer cp.Stop(context.WithoutCancel(ctx))
//	if err := cp.WriteKubeconfig("lab.kubeconfig"); err != nil { // KUBECONFIG=lab.kubeconfig kubectl get ns
//		return err
//	}
//	client, err := kubernetes.NewForConfig(cp.RESTConfig())
//	...
//	select {
//	case <-ctx.Done():
//	case <-cp.Done(): // the control plane failed
//	}
//	return cp.Stop(context.WithoutCancel(ctx))
//
// # Stopping
//
// The end of ctx, Stop, and a failure all lead to the same shutdown: first the API server, which ends the
// open watches and closes its connections (about a second, HTTP/2 gives clients that long), then etcd,
// then the data, if it was temporary. Nothing here handles signals or ends the process; fatal errors of
// the libraries, which would, become the error of Err.
//
// # Custom resources
//
// For two seconds after a CustomResourceDefinition is established the API server holds back requests that
// create objects of the new kind; the wait, meant for clusters of several servers, is a constant of the
// library. Install definitions first and do other work meanwhile.
//
// # One per process
//
// The libraries keep feature gates, metrics and logs per process. Start therefore works once; a second
// call returns ErrAlreadyStarted. Tests share one control plane per package and isolate by namespace.
// For the same reason Start owns klog: a program that sets klog's logger afterwards gets the libraries'
// expected complaints, and loses the message of a fatal one.
//
// # Cost
//
// On two cores a control plane is ready in about a second, and the process idles at about 170 MB resident
// memory (half of it pages of the executable) and one percent of a core. A smaller GOGC
// (debug.SetGCPercent) trades processor time for 10 to 20 MB; that is for the program to decide.
package controlplane
