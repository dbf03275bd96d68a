# Who may be whom: GitHub's jobs get roles by a token of their own, never by a key that somebody stores.
#
# Every role is bound to the repository (its number, which no other ever gets), the GitHub environment, the branch and the workflow file.
# A condition on a claim that a token lacks is false, so that an odd token gets nothing.

locals {
  account = "arn:aws:iam::${var.account_id}"
  issuer  = "token.actions.githubusercontent.com"
  main    = "refs/heads/${var.branch}"

  # A pull request's job runs on its merge commit, whose number isn't known before; `sub` holds that its environment's reviewers agreed.
  merges = "refs/pull/*/merge"

  ends = merge(
    {
      build   = { environment = "build", workflow = var.workflows.deploy, ref = local.main }
      drift   = { environment = "drift", workflow = var.workflows.drift, ref = local.main }
      look    = { environment = "look", workflow = var.workflows.deploy, ref = local.main }
      plan    = { environment = "plan", workflow = var.workflows.plan, ref = local.merges }
      retrain = { environment = "retrain", workflow = var.workflows.retrain, ref = local.main }
    },
    { for environment in var.environments : "deploy-${environment}" => {
      environment = environment, workflow = var.workflows.deploy, ref = local.main
    } },
  )

  role_arns = { for end, _ in local.ends : end => "${local.account}:role/${var.name}-${end}" }
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags
}

resource "aws_iam_role" "this" {
  for_each = local.ends

  name                 = "${var.name}-${each.key}"
  description          = "${each.value.workflow} in GitHub's environment ${each.value.environment}."
  max_session_duration = 3600
  permissions_boundary = "${local.account}:policy/${var.name}-jobs"
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OneWorkflowOfOneRepository"
      Effect    = "Allow"
      Principal = { Federated = "${local.account}:oidc-provider/${local.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud"           = "sts.amazonaws.com"
          "${local.issuer}:environment"   = each.value.environment
          "${local.issuer}:repository_id" = var.repository_id
          "${local.issuer}:sub"           = "${var.subject}:environment:${each.value.environment}"
        }
        # Equality, but for the number of a pull request, which only the plan role's patterns leave open.
        StringLike = {
          "${local.issuer}:job_workflow_ref" = "${var.repository}/.github/workflows/${each.value.workflow}@${each.value.ref}"
          "${local.issuer}:ref"              = each.value.ref
        }
      }
    }]
  })

  depends_on = [aws_iam_openid_connect_provider.github, aws_iam_policy.boundary]
}

resource "aws_iam_policy" "this" {
  for_each = local.permissions

  name        = "${var.name}-${each.key}"
  description = each.value.description
  tags        = var.tags
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })

  lifecycle {
    precondition {
      condition     = length(jsonencode({ Version = "2012-10-17", Statement = each.value.statements })) <= 6144
      error_message = "AWS takes policies of up to 6144 characters: split ${each.key}."
    }
  }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.permissions

  role       = aws_iam_role.this[each.value.end].name
  policy_arn = aws_iam_policy.this[each.key].arn
}
