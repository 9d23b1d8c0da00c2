package cloudwatch_test

import (
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

const description = `"AlarmName":"a","ActionsEnabled":true,"OKActions":[],"AlarmActions":["arn:aws:sns:eu-west-1:111122223333:t"],` +
	`"InsufficientDataActions":[],"MetricName":"M","Namespace":"N","Statistic":"Sum","Dimensions":[{"Name":"d","Value":"v"}],` +
	`"Period":60,"EvaluationPeriods":1,"Threshold":0.5,"ComparisonOperator":"LessThanThreshold",` +
	`"AlarmArn":"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a","AlarmConfigurationUpdatedTimestamp":1772366400,` +
	`"StateValue":"INSUFFICIENT_DATA","StateReason":"Unchecked: Initial alarm creation",` +
	`"StateUpdatedTimestamp":1772366400,"StateTransitionedTimestamp":1772366400`

func TestJSONProtocol(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	call := func(operation, body string) (int, string, string) {
		response, answer := l.post(t, body, map[string]string{
			"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801." + operation, "X-Amzn-Query-Mode": "true",
		})
		if got := response.Header.Get("Content-Type"); got != "application/x-amz-json-1.0" {
			t.Errorf("JSON 1.0 is answered as such, not as %s", got)
		}
		return response.StatusCode, answer, response.Header.Get("x-amzn-query-error")
	}
	status, body, _ := call("PutMetricAlarm", `{"AlarmName":"a","AlarmActions":["arn:aws:sns:eu-west-1:111122223333:t"],"MetricName":"M","Namespace":"N",
		"Statistic":"Sum","Dimensions":[{"Name":"d","Value":"v"}],"Period":60,"EvaluationPeriods":1,"Threshold":0.5,"ComparisonOperator":"LessThanThreshold"}`)
	if status != 200 || body != "{}" {
		t.Errorf("put answers %d %s", status, body)
	}
	if _, body, _ = call("DescribeAlarms", `{"MaxRecords":1}`); body != `{"CompositeAlarms":[],"MetricAlarms":[{`+description+`}]}` {
		t.Errorf("absent members are absent, lists are lists:\n%s", body)
	}
	status, body, code := call("DeleteAlarms", `{"AlarmNames":["x"]}`)
	if status != 404 || body != `{"__type":"com.amazonaws.cloudwatch#ResourceNotFound","message":"Unknown alarm: x"}` || code != "ResourceNotFound;Sender" {
		t.Errorf("an error has a shape, a text and the query code in a header: %d %s %s", status, body, code)
	}
	if status, body, _ = call("DeleteAlarms", `{}`); status != 400 || !strings.Contains(body, "Value null at 'alarmNames'") {
		t.Errorf("a required member that is missing is named: %d %s", status, body)
	}
	if status, body, _ = call("PutDashboard", `{}`); status != 400 || !strings.Contains(body, `operation \"PutDashboard\" of Amazon CloudWatch`) {
		t.Errorf("what is not implemented is named: %d %s", status, body)
	}
	if status, body, _ = call("DescribeAlarms", `{"MaxRecords":"many"}`); status != 400 || !strings.Contains(body, "#SerializationException") {
		t.Errorf("what cannot be read is the client's mistake: %d %s", status, body)
	}
}

func TestQueryProtocol(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	call := func(form url.Values) (int, string) {
		form.Set("Version", "2010-08-01")
		response, answer := l.post(t, form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
		if got := response.Header.Get("Content-Type"); got != "text/xml" {
			t.Errorf("the query protocol is answered in XML, not in %s", got)
		}
		_, rest, _ := strings.Cut(answer, "<RequestId>")
		id, _, _ := strings.Cut(rest, "<")
		return response.StatusCode, strings.Replace(answer, id, "ID", 1)
	}
	const xmlns = ` xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"`
	status, body := call(url.Values{
		"Action": {"PutMetricAlarm"}, "AlarmName": {"a"}, "Namespace": {"N"}, "MetricName": {"M"}, "Statistic": {"Sum"}, "Period": {"60"},
		"EvaluationPeriods": {"1"}, "Threshold": {"1"}, "ComparisonOperator": {"LessThanThreshold"},
		"Dimensions.member.1.Name": {"d"}, "Dimensions.member.1.Value": {"v"}, "AlarmActions.member.1": {"arn:aws:sns:eu-west-1:111122223333:t"},
	})
	if want := "<PutMetricAlarmResponse" + xmlns + "><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></PutMetricAlarmResponse>"; status != 200 || body != want {
		t.Errorf("put has no result: %d %s", status, body)
	}
	status, body = call(url.Values{"Action": {"DescribeAlarms"}, "AlarmNames.member.1": {"a"}})
	const want = "<DescribeAlarmsResponse" + xmlns + "><DescribeAlarmsResult><CompositeAlarms></CompositeAlarms><MetricAlarms><member>" +
		"<AlarmName>a</AlarmName><ActionsEnabled>true</ActionsEnabled><OKActions></OKActions><AlarmActions><member>arn:aws:sns:eu-west-1:111122223333:t</member></AlarmActions>" +
		"<InsufficientDataActions></InsufficientDataActions><MetricName>M</MetricName><Namespace>N</Namespace><Statistic>Sum</Statistic>" +
		"<Dimensions><member><Name>d</Name><Value>v</Value></member></Dimensions><Period>60</Period><EvaluationPeriods>1</EvaluationPeriods>" +
		"<Threshold>1.0</Threshold><ComparisonOperator>LessThanThreshold</ComparisonOperator><AlarmArn>arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a</AlarmArn>" +
		"<AlarmConfigurationUpdatedTimestamp>2026-03-01T12:00:00Z</AlarmConfigurationUpdatedTimestamp><StateValue>INSUFFICIENT_DATA</StateValue>" +
		"<StateReason>Unchecked: Initial alarm creation</StateReason><StateUpdatedTimestamp>2026-03-01T12:00:00Z</StateUpdatedTimestamp>" +
		"<StateTransitionedTimestamp>2026-03-01T12:00:00Z</StateTransitionedTimestamp></member></MetricAlarms></DescribeAlarmsResult>" +
		"<ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></DescribeAlarmsResponse>"
	if status != 200 || body != want {
		t.Errorf("%d\n got %s\nwant %s", status, body, want)
	}
	status, body = call(url.Values{"Action": {"PutMetricAlarm"}, "AlarmName": {"a"}, "EvaluationCriteria.PromQLCriteria.Query": {"up"}})
	if status != 400 || !strings.Contains(body, "<Code>InvalidParameterValue</Code>") {
		t.Errorf("members that are refused are recognised in a form too: %d %s", status, body)
	}
	status, body = call(url.Values{"Action": {"SetAlarmState"}, "AlarmName": {"x"}, "StateValue": {"OK"}, "StateReason": {"r"}})
	if want := "<ErrorResponse" + xmlns + "><Error><Type>Sender</Type><Code>ResourceNotFound</Code><Message>Unknown alarm: x</Message></Error><RequestId>ID</RequestId></ErrorResponse>"; status != 404 || body != want {
		t.Errorf("errors have their own document: %d %s", status, body)
	}
}

func TestNotImplemented(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	_, err := l.client(account, region).PutMetricStream(t.Context(), &sdk.PutMetricStreamInput{
		Name: aws.String("s"), FirehoseArn: aws.String("f"), RoleArn: aws.String("r"), OutputFormat: types.MetricStreamOutputFormatJson,
	})
	if code(err) != "UnknownOperationException" || !strings.Contains(err.Error(), "PutMetricStream") {
		t.Errorf("the operation is named: %v", err)
	}
	if n := l.Journal().Count("PutMetricStream"); n != 1 {
		t.Errorf("the SDK asked %d times for what will never be there", n)
	}
}

// TestCommandLine drives the aws command when there is one, and the SDK, which
// speaks the same protocol, when not.
func TestCommandLine(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	put(t, c, cpuAlarm("a"))
	command, err := exec.LookPath("aws")
	if err != nil {
		if got := describe(t, c, "a"); got.StateValue != types.StateValueInsufficientData {
			t.Errorf("the SDK sees the state %s", got.StateValue)
		}
		return
	}
	run := func(arguments ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), command, append(arguments, "--endpoint-url", l.url, "--region", region, "--output", "text")...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=s", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
		var failure strings.Builder
		cmd.Stderr = &failure
		out, err := cmd.Output()
		if err != nil {
			return failure.String(), err
		}
		return strings.TrimSpace(string(out)), nil
	}
	if out, err := run("cloudwatch", "put-metric-alarm", "--alarm-name", "b", "--namespace", "N", "--metric-name", "M", "--statistic", "Sum", "--period", "60",
		"--evaluation-periods", "2", "--threshold", "1", "--comparison-operator", "LessThanThreshold", "--dimensions", "Name=d,Value=v", "--tags", "Key=k,Value=v"); err != nil {
		t.Errorf("the command cannot put an alarm: %s, %v", out, err)
	}
	out, err := run("cloudwatch", "describe-alarms", "--query", "MetricAlarms[].[AlarmName,StateValue]")
	if err != nil || out != "a\tINSUFFICIENT_DATA\nb\tINSUFFICIENT_DATA" {
		t.Errorf("the command lists both alarms: %q, %v", out, err)
	}
	out, err = run("cloudwatch", "delete-alarms", "--alarm-names", "a", "x")
	if err == nil || !strings.Contains(out, "(ResourceNotFound)") || !strings.Contains(out, "Unknown alarm: x") {
		t.Errorf("the command reports code and text: %q, %v", out, err)
	}
}
