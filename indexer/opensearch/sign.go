package opensearch

import (
	"context"
	"net/url"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/opensearch-project/opensearch-go/v2/signer"
	"github.com/opensearch-project/opensearch-go/v2/signer/awsv2"

	seamark "github.com/seamark-hq/seamark"
)

// Hosts of AWS: of a domain, search-name-id.REGION.es.amazonaws.com, and of a serverless
// collection, id.REGION.aoss.amazonaws.com.
var awsHost = regexp.MustCompile(`\.([a-z0-9-]+)\.(es|aoss)\.amazonaws\.com(\.cn)?$`)

// signerFor returns what signs requests, or nil.
func signerFor(u *url.URL, o *Options) (signer.Signer, error) {
	m := awsHost.FindStringSubmatch(u.Hostname())
	if m != nil && m[2] == "aoss" {
		return nil, &seamark.Fault{Class: seamark.Rejected, Where: u.Hostname(), What: "a serverless collection cannot hold the index: those for time series refuse documents with an id of ours, by which each event is there once",
			Remedy: "use a domain of OpenSearch Service"}
	}
	region := o.Region
	if region == "" && m != nil && o.Username == "" {
		region = m[1]
	}
	if region == "" {
		return nil, nil
	}
	c, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(region))
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "the AWS environment is faulty", Err: err, Remedy: "mend AWS_PROFILE or the shared configuration file"}
	}
	return awsv2.NewSigner(c)
}
