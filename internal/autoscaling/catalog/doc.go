// Package catalog holds what AWS knows about scalable resources: the service
// namespaces, the scalable dimensions with the form of their resource IDs, the
// predefined metrics with the CloudWatch metrics behind them, the
// service-linked roles and the quotas.
//
// AWS publishes these facts as prose, spread over the Application Auto Scaling
// API reference, its user guide and the guides of fifteen services, and its API
// answers a mistake with little more than "unsupported". Here they are one
// table, so that validation can say what would have been right, the local cloud
// can build the alarms that AWS would build, and documentation can be generated.
//
// Not everything is documented. Each entry names the facts that AWS does not
// document in its Inferred member: they are observed or derived, may be wrong,
// and validation only warns about them.
package catalog
