package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// fakeAWS answers as AWS does over the wire, for one account with a few log groups. What
// the collector does with a whole AWS is tested on the simulated fleet and on emulators.
type fakeAWS struct {
	*httptest.Server
	mu       sync.Mutex
	groups   []string
	filters  map[string][]map[string]any
	puts     []string
	messages []string
	tables   map[string]map[string]any // of Glue, by name
	moods    map[string]string         // by target: "hang", or an error's code
	over     <-chan struct{}
}

func newFakeAWS(t *testing.T) *fakeAWS {
	f := &fakeAWS{filters: map[string][]map[string]any{}, moods: map[string]string{}, over: t.Context().Done()}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.CloseClientConnections)
	return f
}

func (f *fakeAWS) group(name string) { f.lock(func() { f.groups = append(f.groups, name) }) }

func (f *fakeAWS) set(target, mood string) { f.lock(func() { f.moods[target] = mood }) }

func (f *fakeAWS) put() (all []string) {
	f.lock(func() { all = append(all, f.puts...) })
	return all
}

func (f *fakeAWS) sent() (all []string) {
	f.lock(func() { all = append(all, f.messages...) })
	return all
}

func (f *fakeAWS) lock(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

func (f *fakeAWS) serve(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	body.ReadFrom(r.Body)
	target := r.Header.Get("X-Amz-Target")
	mood := ""
	f.lock(func() { mood = f.moods[target] })
	switch {
	case mood == "hang":
		select {
		case <-r.Context().Done():
		case <-f.over:
		}
	case mood != "":
		w.Header().Set("X-Amzn-Errortype", mood)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"__type":%q,"message":"Rate exceeded"}`, mood)
	case target != "":
		var in map[string]any
		json.Unmarshal(body.Bytes(), &in)
		f.json(w, target, in)
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		w.Write([]byte{0xa0}) // an empty answer: no alarms
	case strings.Contains(body.String(), "Action=GetCallerIdentity"):
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/x</Arn><UserId>x</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	case strings.Contains(body.String(), "Action=DescribeAlarms"):
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><DescribeAlarmsResult/></DescribeAlarmsResponse>`)
	case strings.Count(strings.Trim(r.URL.Path, "/"), "/") > 1 || strings.HasPrefix(r.URL.Path, "/restapis/"): // one function or API
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"not found"}`)
	default:
		fmt.Fprint(w, `{}`) // REST listings without items
	}
}

func (f *fakeAWS) json(w http.ResponseWriter, target string, in map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	group, _ := in["logGroupName"].(string)
	tags := map[string]string{"seamark:product": "booking", "seamark:environment": "prod"}
	var out any = map[string]any{}
	switch target {
	case "Logs_20140328.DescribeLogGroups":
		var all []map[string]any
		prefix, _ := in["logGroupNamePrefix"].(string)
		for _, g := range f.groups {
			if strings.HasPrefix(g, prefix) {
				all = append(all, map[string]any{"logGroupName": g, "creationTime": 1_700_000_000_000, "logGroupClass": "STANDARD", "arn": arn(g) + ":*", "logGroupArn": arn(g)})
			}
		}
		out = map[string]any{"logGroups": all}
	case "Logs_20140328.ListTagsForResource":
		out = map[string]any{"tags": tags}
	case "Logs_20140328.DescribeSubscriptionFilters":
		out = map[string]any{"subscriptionFilters": f.filters[group]}
	case "Logs_20140328.PutSubscriptionFilter":
		in["creationTime"] = 1_700_000_100_000
		f.filters[group] = append(f.filters[group], in)
		f.puts = append(f.puts, group+" "+fmt.Sprint(in["filterName"]))
	case "ResourceGroupsTaggingAPI_20170126.GetResources":
		var all []map[string]any
		for _, g := range f.groups {
			all = append(all, map[string]any{"ResourceARN": arn(g), "Tags": []map[string]string{
				{"Key": "seamark:product", "Value": "booking"}, {"Key": "seamark:environment", "Value": "prod"}}})
		}
		out = map[string]any{"ResourceTagMappingList": all}
	case "AWSOrganizationsV20161128.ListAccounts":
		out = map[string]any{"Accounts": []map[string]string{
			{"Id": "111122223333", "Name": "web", "Status": "ACTIVE", "State": "ACTIVE"}, {"Id": "444455556666", "Name": "old", "Status": "SUSPENDED", "State": "SUSPENDED"}}}
	case "AWSGlue.GetTable":
		name, _ := in["Name"].(string)
		out = map[string]any{"Table": f.tables[name]}
	case "AWSGlue.UpdateTable":
		table := in["TableInput"].(map[string]any)
		f.tables[table["Name"].(string)] = table
	case "AmazonSQS.SendMessage":
		body, _ := in["MessageBody"].(string)
		f.messages = append(f.messages, body)
		sum := md5.Sum([]byte(body))
		out = map[string]any{"MessageId": "1", "MD5OfMessageBody": hex.EncodeToString(sum[:])}
	}
	json.NewEncoder(w).Encode(out)
}

func arn(group string) string { return "arn:aws:logs:eu-central-1:111122223333:log-group:" + group }
