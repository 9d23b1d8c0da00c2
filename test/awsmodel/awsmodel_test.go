package awsmodel

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/fxamacker/cbor/v2"
)

const (
	json11 = "application/x-amz-json-1.1"
	target = `"ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount","MinCapacity":1,"MaxCapacity":2,"RoleARN":"arn:r"`
)

// A check that finds nothing would pass for ever.
func TestCheckFinds(t *testing.T) {
	models, err := Load(t.Context(), map[string]any{"scaling": &applicationautoscaling.Client{}, "alarms": &cloudwatch.Client{}, "tasks": &ecs.Client{}})
	if err != nil {
		t.Fatal(err)
	}
	scaling, alarms, tasks := models["scaling"], models["alarms"], models["tasks"]
	inXML := func(members string) string {
		return `<DescribeAlarmsResponse xmlns="http://x/"><DescribeAlarmsResult><MetricAlarms><member>` + members +
			`</member></MetricAlarms></DescribeAlarmsResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeAlarmsResponse>`
	}
	inCBOR := func(alarm map[string]any) string {
		encoded, err := cbor.Marshal(map[string]any{"MetricAlarms": []any{alarm}})
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	cases := map[string]struct {
		reason                       string
		model                        *Model
		operation, contentType, body string
		want                         string // empty: nothing
	}{
		"Right":        {"what AWS answers is right", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[{` + target + `,"CreationTime":1462575838.171}]}`, ""},
		"Unknown":      {"a member that AWS does not have", scaling, "DescribeScalableTargets", json11, `{"Targets":[]}`, "Targets: applicationautoscaling.DescribeScalableTargetsOutput has no such member"},
		"Metadata":     {"what the SDK adds is no member", scaling, "DescribeScalableTargets", json11, `{"ResultMetadata":{}}`, "no such member"},
		"Case":         {"a member in another case", scaling, "DescribeScalableTargets", json11, `{"scalableTargets":[]}`, "no such member"},
		"LowerCase":    {"ECS has members in lower case", tasks, "ListClusters", json11, `{"clusterArns":[]}`, ""},
		"UpperCase":    {"and in no other", tasks, "ListClusters", json11, `{"ClusterArns":[]}`, "no such member"},
		"Missing":      {"a required member is not there", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[{` + target + `}]}`, "CreationTime: it is required and not there"},
		"MissingAtTop": {"a required member of the output is not there", scaling, "PutScalingPolicy", json11, `{}`, "PolicyARN: it is required"},
		"Null":         {"a null is no absence", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[],"NextToken":null}`, "NextToken: null"},
		"TextTime":     {"a time in a text", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[{` + target + `,"CreationTime":"2016-05-06T23:03:58Z"}]}`, `CreationTime: "2016-05-06T23:03:58Z"`},
		"Milliseconds": {"a time in milliseconds", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[{` + target + `,"CreationTime":1462575838171}]}`, "CreationTime: "},
		"Fraction":     {"an integer with a fraction", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[{"MinCapacity":1.5}]}`, "MinCapacity: "},
		"Enum":         {"a value that the enumeration does not have", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[{"ServiceNamespace":"EC2"}]}`, `"EC2" is none of`},
		"List":         {"a list that is none", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":{}}`, "a structure, not"},
		"Structure":    {"a structure that is none", scaling, "DescribeScalableTargets", json11, `{"ScalableTargets":[[]]}`, "a list, not"},
		"ContentType":  {"another protocol", scaling, "DescribeScalableTargets", "text/html", `{}`, "content type"},
		"Operation":    {"an operation of nobody", scaling, "DescribeNothing", json11, `{}`, "no operation DescribeNothing"},
		"NoBody":       {"an operation without output needs no body", scaling, "DeleteScalingPolicy", "", ``, ""},
		"TwoBodies":    {"something follows", scaling, "DeleteScalingPolicy", json11, `{}{}`, "after the JSON"},

		"XML":          {"what AWS answers is right", alarms, "DescribeAlarms", typeXML, inXML(`<Threshold>50.0</Threshold><StateUpdatedTimestamp>2016-05-06T23:03:58.171Z</StateUpdatedTimestamp><OKActions/>`), ""},
		"XMLUnknown":   {"a member that AWS does not have", alarms, "DescribeAlarms", typeXML, inXML(`<Name>a</Name>`), "Name: types.MetricAlarm has no such member"},
		"XMLEpoch":     {"a time in seconds", alarms, "DescribeAlarms", typeXML, inXML(`<StateUpdatedTimestamp>1462575838</StateUpdatedTimestamp>`), "StateUpdatedTimestamp: "},
		"XMLList":      {"elements have the name member", alarms, "DescribeAlarms", typeXML, inXML(`<OKActions><item>a</item></OKActions>`), "an element item"},
		"XMLTwice":     {"a member is there once", alarms, "DescribeAlarms", typeXML, inXML(`<AlarmName>a</AlarmName><AlarmName>b</AlarmName>`), "twice"},
		"XMLOther":     {"another operation's answer", alarms, "DeleteAlarms", typeXML, inXML(""), "the root is"},
		"CBOR":         {"what AWS answers is right", alarms, "DescribeAlarms", "application/cbor", inCBOR(map[string]any{"Threshold": 50.0, "Period": 60, "StateUpdatedTimestamp": cbor.Tag{Number: 1, Content: 1462575838.171}}), ""},
		"CBORNoTag":    {"a time without its tag", alarms, "DescribeAlarms", "application/cbor", inCBOR(map[string]any{"StateUpdatedTimestamp": 1462575838.171}), "StateUpdatedTimestamp: "},
		"CBORInteger":  {"a double that is an integer", alarms, "DescribeAlarms", "application/cbor", inCBOR(map[string]any{"Threshold": 50}), "Threshold: "},
		"CBORNull":     {"a null is no absence", alarms, "DescribeAlarms", "application/cbor", inCBOR(map[string]any{"Threshold": nil}), "Threshold: null"},
		"CBORTextTime": {"a time in a text", alarms, "DescribeAlarms", "application/cbor", inCBOR(map[string]any{"StateUpdatedTimestamp": "2016-05-06T23:03:58Z"}), "StateUpdatedTimestamp: "},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(tc.model.Check(tc.operation, tc.contentType, []byte(tc.body)), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("%s: found %q, want %q", tc.reason, got, tc.want)
			}
		})
	}
}

func TestCheckErrorFinds(t *testing.T) {
	cases := map[string]struct{ reason, contentType, body, code, want string }{
		"JSON":   {"an error of AWS", json11, `{"__type":"ValidationException","Message":"no"}`, "ValidationException", ""},
		"Shape":  {"the code is behind its namespace", json11, `{"__type":"com.amazonaws.ecs#ValidationException","message":"no"}`, "ValidationException", ""},
		"NoCode": {"an error without a code", json11, `{"message":"no"}`, "", "no code"},
		"NoText": {"an error without a text", json11, `{"__type":"X"}`, "X", "no text"},
		"Null":   {"an error with a null", json11, `{"__type":"X","message":"no","ResourceName":null}`, "X", "ResourceName as null"},
		"XML":    {"an error of AWS", typeXML, `<ErrorResponse xmlns="http://x/"><Error><Type>Sender</Type><Code>X</Code><Message>no</Message></Error></ErrorResponse>`, "X", ""},
		"XMLNo":  {"an error without a code", typeXML, `<ErrorResponse xmlns="http://x/"><Error><Type>Sender</Type><Message>no</Message></Error></ErrorResponse>`, "", "no Code"},
		"Type":   {"no error of AWS at all", "text/plain", `no`, "", "content type"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			code, problems := CheckError(tc.contentType, []byte(tc.body))
			if got := strings.Join(problems, "\n"); code != tc.code || tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("%s: code %q, found %q; want %q, %q", tc.reason, code, got, tc.code, tc.want)
			}
		})
	}
}
