package cloudtrail

import (
	"slices"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/collector/inventory"
)

// call is what an API call was about. CloudTrail writes the names of Lambda's calls with
// the date of their version, and parameters with a small first letter.
func (d *decoder) call(e event) resource {
	switch e.source {
	case "logs.amazonaws.com":
		return d.logs(e)
	case "lambda.amazonaws.com":
		return d.lambda(e)
	case "apigateway.amazonaws.com", "apigatewayv2.amazonaws.com": // the second one is LocalEmu's
		return d.apiGateway(e)
	case "monitoring.amazonaws.com", "cloudwatch.amazonaws.com": // likewise
		return alarms(e)
	}
	return unknown(e)
}

func unknown(e event) resource {
	return nothing("nothing follows from this call of " + shorten(e.source))
}

func (d *decoder) logs(e event) resource {
	r := ofGroup(e.request.text("logGroupName"))
	switch e.name {
	case "CreateLogGroup":
		if class := e.request.text("logGroupClass"); class != "" && class != inventory.StandardClass && r.why == "" {
			r.why = "log class " + shorten(class) + " knows no subscription filters"
		}
		return r
	case "DeleteLogGroup", "DeleteSubscriptionFilter":
		return r
	case "TagLogGroup", "UntagLogGroup":
		return d.tagged(r, e.request.keys("tags"))
	case "TagResource", "UntagResource":
		return d.tagged(ofARN(e.request.text("resourceArn")), append(e.request.keys("tags"), e.request.keys("tagKeys")...))
	case "PutSubscriptionFilter":
		if d.attached(e) && r.why == "" {
			r.why = "a filter of ours to our own destination"
		}
		return r
	}
	return unknown(e)
}

// attached reports whether a filter that was put is one of ours, by name and destination.
func (d *decoder) attached(e event) bool {
	if _, err := seamark.ParseFilterName(e.request.text("filterName")); err != nil {
		return false
	}
	to := e.request.text("destinationArn")
	return to != "" && to == d.opt.Config.DestinationIn(e.place)
}

// tagged leaves a resource alone when none of the tags that changed is looked at.
func (d *decoder) tagged(r resource, keys []string) resource {
	if why := d.unconcerned(keys); why != "" && r.why == "" {
		r.why = why
	}
	return r
}

func (d *decoder) lambda(e event) resource {
	switch e.name {
	case "TagResource20170331v2", "UntagResource20170331v2", "TagResource20170331", "UntagResource20170331", "TagResource", "UntagResource":
		return d.tagged(ofFunction(e.request.text("resource")), append(e.request.keys("tags"), e.request.keys("tagKeys")...))
	case "DeleteFunction20150331", "DeleteFunction",
		"UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration20150331", "UpdateFunctionConfiguration":
		return ofFunction(e.request.text("functionName"))
	case "CreateFunction20150331", "CreateFunction":
		r := ofFunction(e.request.text("functionName"))
		// Terraform makes the log group first, and the group takes its tags from the function.
		if keys := e.request.keys("tags"); r.why == "" && !slices.ContainsFunc(keys, d.opt.Config.Concerns) {
			r.why = "it has no tag that Seamark looks at, and its log group may not exist yet: CreateLogGroup follows with the first line"
		}
		return r
	}
	return unknown(e)
}

// apiGateway reads the calls of both versions. REST APIs say restApiId and wrap their
// input; the second version says apiId. What creates an API has its id in the answer only.
func (d *decoder) apiGateway(e event) resource {
	switch e.name {
	case "CreateStage", "UpdateStage", "DeleteStage", "CreateDeployment", "UpdateRestApi", "PutRestApi", "DeleteRestApi", "ReimportApi", "UpdateApi", "DeleteApi":
		return apiOf(e.request, nil)
	case "CreateRestApi", "ImportRestApi":
		return apiOf(e.response, ofAnswer)
	case "CreateApi", "ImportApi":
		return apiOf(e.response, nil)
	case "TagResource", "UntagResource":
		arn := e.request.text("resourceArn")
		if arn == "" {
			arn = e.request.text("resource-arn")
		}
		return d.tagged(ofARN(arn), append(e.request.keys("tags"), e.request.keys("tagKeys")...))
	}
	return unknown(e)
}

// apiOf finds the id of an API; other looks where neither version has it by name.
func apiOf(o object, other func(object) string) resource {
	for _, key := range []string{"restApiId", "restapiId"} {
		if id := o.text(key); id != "" {
			return ofAPI(id, inventory.REST)
		}
	}
	if id := o.text("apiId"); id != "" {
		return ofAPI(id, inventory.HTTP)
	}
	if other != nil {
		return ofAPI(other(o), inventory.REST)
	}
	return nothing("it names no API")
}

// ofAnswer is the id of a REST API in the answer that made it, which links to itself.
func ofAnswer(o object) string {
	if id := o.text("id"); id != "" {
		return id
	}
	return o.object("self").text("restApiId")
}

// alarms looks at all of a place when alarms of ours were deleted: which resources they
// belong to the names do not say.
func alarms(e event) resource {
	if e.name != "DeleteAlarms" {
		return unknown(e)
	}
	if slices.ContainsFunc(e.request.texts("alarmNames"), func(n string) bool { return strings.HasPrefix(n, "seamark/") }) {
		return resource{whole: true}
	}
	return nothing("none of the alarms was ours")
}
