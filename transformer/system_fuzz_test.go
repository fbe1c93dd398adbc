package transformer

import "testing"

// systemFields are events that say where they come from, or seem to.
var systemFields = []string{
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":"111111111111","@aws.region":"eu-west-1"}}`,
	`{"id":"1","timestamp":1,"message":"{\"a\":1}","extractedFields":{"@aws.region":"eu-west-1","@source.log":"g","@aws.account":"111111111111"}}`,
	`{"extractedFields":{"@aws.account":"111111111111"},"id":"1","timestamp":1,"message":"x"}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":"111111111111"},"extractedFields":{"@aws.region":"eu-west-1"}}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":"111111111111","@aws.account":"222222222222"}}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":"\u003111111111111"}}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":111111111111,"@aws.region":"EU"}}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":"111111111111","@aws.region":"eu west"}}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"data":{"@aws.account":"111111111111"}}}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{}}`, `{"id":"1","timestamp":1,"message":"x","extractedFields":[]}`,
	`{"id":"1","timestamp":1,"message":"x","extractedFields":{"@aws.account":"111111111111","more":1},"more":2}`,
	`{"id":"1","timestamp":1,"message":[1],"extractedFields":{"@aws.account":"111111111111","@aws.region":"eu-west-1"}}`,
}

// TestSystemFieldsFastEqualsGeneric holds the two ways of reading against one another.
func TestSystemFieldsFastEqualsGeneric(t *testing.T) {
	tr, g := New(nil, nil), newGeneric(stageArrival.UnixMilli())
	for i, e := range systemFields {
		if compare(t, tr, g, []byte(oneEvent(e+","+systemFields[(i+1)%len(systemFields)]+`,{"id":"2","timestamp":1,"message":"y"}`))) != 3 {
			t.Errorf("not three rows of %s", e)
		}
	}
}
